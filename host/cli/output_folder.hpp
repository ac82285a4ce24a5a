#pragma once

#include <memory>
#include <string>
#include <vector>

#include "host/memory/new_file.hpp"
#include "host/memory/status.hpp"

namespace sky::cli {

/// The folder of --out. Found or made, and tried for writing, before a run begins; a folder that was made for
/// a run that then wrote nothing is removed again.
class OutputFolder {
   public:
    /// Of the files in it.
    [[nodiscard]] static std::vector<std::string> names();
    static Result<std::unique_ptr<OutputFolder>> prepare(const std::string& path);
    ~OutputFolder();
    OutputFolder(const OutputFolder&) = delete;
    OutputFolder& operator=(const OutputFolder&) = delete;

    /// Writes result.json and summary.txt under temporary names; commit() gives them their names.
    Status write(const std::string& result, const std::string& summary);
    /// The same piece by piece: begin(), any number of append(), finish(), which says when one has failed.
    Status begin();
    void append(const std::string& result, const std::string& summary);
    Status finish();
    Status commit();

   private:
    explicit OutputFolder(std::string path) : path_(std::move(path)) {}

    std::string path_;
    std::vector<std::string> made_;  // folders that were not there, innermost first
    std::vector<std::unique_ptr<memory::NewFile>> files_;
};

}  // namespace sky::cli
