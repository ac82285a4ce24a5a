#include "host/offload/io/io_queue.hpp"

#include <cstring>
#include <string>

namespace sky::offload {

std::unique_ptr<IoQueue> make_io_queue(const QueueOptions& options) {
    if (options.kind == QueueKind::kBest) {
        int error = 0;
        if (std::unique_ptr<IoQueue> queue = make_uring_queue(options, error)) return queue;
        if (options.log)
            options.log("this kernel refuses io_uring (" + std::string(std::strerror(error)) +
                        "): threads read and write instead, which takes more of the processor");
    }
    return make_thread_queue(options);
}

}  // namespace sky::offload
