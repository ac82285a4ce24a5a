#pragma once

#include <string>

#include "host/cli/output_folder.hpp"
#include "host/cli/report.hpp"
#include "host/memory/status.hpp"

namespace sky::cli {

/// A report whose rows go out one by one as they come, so that a run may have any number of them: on standard output,
/// and into the files of a folder when there is one. The first failure stays; nothing is written after it.
class RowStream {
   public:
    /// `head` has no rows; its table stands above theirs. `folder` may be null.
    RowStream(Report head, bool json, OutputFolder* folder);

    Status begin();
    /// `line` is the row as text shows it.
    Status add(const Row& row, const std::string& line);
    /// What stands behind the last row. The files of the folder are complete, but have no names yet.
    Status end(bool interrupted);
    [[nodiscard]] uint64_t rows() const { return rows_; }

   private:
    Status write(const std::string& json, const std::string& text);

    Report report_;
    bool json_;
    OutputFolder* folder_;
    uint64_t rows_ = 0;
    Status status_;
};

}  // namespace sky::cli
