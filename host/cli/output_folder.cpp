#include "host/cli/output_folder.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "host/memory/new_file.hpp"

namespace sky::cli {

Result<std::unique_ptr<OutputFolder>> OutputFolder::prepare(const std::string& path) {
    std::error_code error;
    if (std::filesystem::exists(path, error) && !std::filesystem::is_directory(path, error))
        return Status::error(
            fmt::format("--out {}: is a file\nname a folder; it is made when it does not exist", path));
    std::unique_ptr<OutputFolder> folder(new OutputFolder(path));
    for (std::filesystem::path made(path); !made.empty() && !std::filesystem::exists(made); made = made.parent_path())
        folder->made_.push_back(made.string());
    std::filesystem::create_directories(path, error);
    if (error)
        return Status::error(
            fmt::format("--out {}: cannot be made: {}\nname a folder that can be written to", path, error.message()));
    const Result<std::unique_ptr<memory::NewFile>> probe = memory::NewFile::create(path + "/result.json");
    if (!probe.ok()) return Status::error(fmt::format("--out {}: {}", path, probe.status().message()));
    return folder;
}

OutputFolder::~OutputFolder() {
    std::error_code ignored;
    for (const std::string& made : made_) std::filesystem::remove(made, ignored);  // fails when it holds something
}

Status OutputFolder::write(const std::string& name, const std::string& text) {
    Result<std::unique_ptr<memory::NewFile>> file = memory::NewFile::create(path_ + "/" + name);
    if (!file.ok()) return file.status();
    file.value()->write(text);
    return file.value()->commit();
}

}  // namespace sky::cli
