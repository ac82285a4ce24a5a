#include "host/cli/row_stream.hpp"

#include <csignal>

#include "host/cli/command.hpp"

namespace sky::cli {

RowStream::RowStream(Report head, bool json, OutputFolder* folder)
    : report_(std::move(head)), json_(json), folder_(folder) {}

Status RowStream::begin() {
    std::signal(SIGPIPE, SIG_IGN);  // a reader that goes is an error of print(), and the run ends in order
    if (folder_ != nullptr) status_ = folder_->begin();
    return status_.ok() ? write(report_.json_begin(), report_.text(false)) : status_;
}

Status RowStream::add(const Row& row, const std::string& line) {
    ++rows_;
    return write(Report::json_row(row, rows_ == 1), line);
}

Status RowStream::end(bool interrupted) {
    report_.interrupted = interrupted;
    const std::string text = interrupted ? "\ninterrupted: what stands above is the finished part\n" : "";
    if (Status s = write(report_.json_end(rows_ > 0, false), text); !s.ok()) return s;
    if (folder_ != nullptr) status_ = folder_->finish();
    return status_;
}

Status RowStream::write(const std::string& json, const std::string& text) {
    if (!status_.ok()) return status_;
    if (folder_ != nullptr) folder_->append(json, text);
    status_ = print(json_ ? json : text);
    return status_;
}

}  // namespace sky::cli
