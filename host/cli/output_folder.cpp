#include "host/cli/output_folder.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>

namespace sky::cli {

namespace {

constexpr std::array kNames{"result.json", "summary.txt"};

}  // namespace

std::vector<std::string> OutputFolder::names() { return {kNames.begin(), kNames.end()}; }

Result<std::unique_ptr<OutputFolder>> OutputFolder::prepare(const std::string& path) {
    std::error_code error;
    if (std::filesystem::exists(path, error) && !std::filesystem::is_directory(path, error))
        return Status::error(
            fmt::format("--out {}: is a file\nname a folder; it is made when it does not exist", path));
    std::unique_ptr<OutputFolder> folder(new OutputFolder(path));
    for (std::filesystem::path made(path); !made.empty() && !std::filesystem::exists(made, error);
         made = made.parent_path())
        folder->made_.push_back(made.string());
    std::filesystem::create_directories(path, error);
    if (error)
        return Status::error(
            fmt::format("--out {}: cannot be made: {}\nname a folder that can be written to", path, error.message()));
    for (const char* name : kNames) {
        const Result<std::unique_ptr<memory::NewFile>> probe = memory::NewFile::create(path + "/" + name);
        if (!probe.ok()) return Status::error(fmt::format("--out {}: {}", path, probe.status().message()));
    }
    return folder;
}

OutputFolder::~OutputFolder() {
    files_.clear();
    std::error_code ignored;
    for (const std::string& made : made_) std::filesystem::remove(made, ignored);  // fails when it holds something
}

Status OutputFolder::write(const std::string& result, const std::string& summary) {
    if (Status status = begin(); !status.ok()) return status;
    append(result, summary);
    return finish();
}

Status OutputFolder::begin() {
    for (const char* const name : kNames) {
        Result<std::unique_ptr<memory::NewFile>> file = memory::NewFile::create(path_ + "/" + name);
        if (!file.ok()) return file.status();
        files_.push_back(std::move(file.value()));
    }
    return {};
}

void OutputFolder::append(const std::string& result, const std::string& summary) {
    files_[0]->write(result);
    files_[1]->write(summary);
}

Status OutputFolder::finish() {
    for (const auto& file : files_)
        if (Status status = file->finish(); !status.ok()) return status;
    return {};
}

Status OutputFolder::commit() {
    for (const auto& file : files_)
        if (Status status = file->commit(); !status.ok()) return status;
    return {};
}

}  // namespace sky::cli
