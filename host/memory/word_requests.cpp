#include "host/memory/word_requests.hpp"

namespace sky::memory {

void WordRequests::split(const TraceRecord& write) {
    whole_ = write;
    left_ = write.command.seg_mask;
    word_ = 0;
}

bool WordRequests::next(TraceRecord& record) {
    if (left_ == 0) return false;
    record.command = whole_.command;
    record.command.seg_mask = left_ & -left_;
    record.data.assign(1, whole_.data.at(word_++));
    left_ &= left_ - 1;
    return true;
}

}  // namespace sky::memory
