#include "host/cli/named_files.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "host/memory/new_file.hpp"
#include "host/memory/printable.hpp"

namespace sky::cli {

namespace {

namespace fs = std::filesystem;

/// The file itself, which need not exist.
fs::path resolved(const std::string& path) {
    std::error_code error;
    const fs::path target = memory::NewFile::target_of(path);
    fs::path whole = fs::weakly_canonical(fs::absolute(target, error), error);
    return error ? target : whole;
}

bool same(const std::string& a, const std::string& b) {
    std::error_code error;
    if (fs::equivalent(a, b, error) && !error) return true;
    return resolved(a) == resolved(b);
}

bool clash(const NamedFile& a, const NamedFile& b) {
    if (a.path.empty() || b.path.empty() || !(a.written || b.written)) return false;
    if (a.may_replace == b.option || b.may_replace == a.option) return false;
    return same(a.path, b.path);
}

}  // namespace

Status check_apart(std::span<const NamedFile> files) {
    for (size_t i = 0; i < files.size(); ++i) {
        for (size_t j = 0; j < i; ++j) {
            if (!clash(files[i], files[j])) continue;
            const NamedFile& out = files[j].written ? files[j] : files[i];
            const NamedFile& other = files[j].written ? files[i] : files[j];
            return Status::error(fmt::format("{} is to write '{}', the same file as {}\ngive {} a name of its own",
                                             out.option, memory::printable_name(out.path), other.option, out.option));
        }
    }
    return {};
}

}  // namespace sky::cli
