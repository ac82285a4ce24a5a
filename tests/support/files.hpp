#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sky::test {

/// A folder of its own for one test, removed with everything in it at the end.
class TemporaryFolder {
   public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] std::string path() const { return path_.string(); }
    [[nodiscard]] std::string path(const std::string& name) const { return (path_ / name).string(); }
    /// Writes a file and returns its path.
    [[nodiscard]] std::string file(const std::string& name, const std::string& content) const;
    /// Names of everything in the folder, sorted.
    [[nodiscard]] std::vector<std::string> names() const;

   private:
    std::filesystem::path path_;
};

[[nodiscard]] std::string read_file(const std::string& path);
/// The same bytes as gzip data.
[[nodiscard]] std::string gzipped(const std::string& content);

}  // namespace sky::test
