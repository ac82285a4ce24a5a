#include <liburing.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "host/offload/io/io_queue.hpp"

namespace sky::offload {

namespace {

constexpr uint64_t kWakeId = ~uint64_t{0};
constexpr uint64_t kMaxRegisteredBytes = uint64_t{1} << 30;  // of one buffer, says the kernel

class UringQueue : public IoQueue {
   public:
    /// An errno.
    int start(const QueueOptions& options) {
        // A place more for the read of the event; completions are taken by the thread that submits.
        io_uring_params parameters{};
        parameters.flags = IORING_SETUP_COOP_TASKRUN;
        int error = io_uring_queue_init_params(options.depth + 1, &ring_, &parameters);
        if (error == -EINVAL) {  // an older kernel does not know the flag
            parameters = {};
            error = io_uring_queue_init_params(options.depth + 1, &ring_, &parameters);
        }
        if (error < 0) return -error;
        ready_ = true;
        event_ = eventfd(0, EFD_CLOEXEC);
        if (event_ < 0) return errno;
        register_files(options);
        register_buffers(options);
        read_event();
        return 0;
    }

    ~UringQueue() override {
        if (ready_) io_uring_queue_exit(&ring_);
        if (event_ >= 0) close(event_);
    }

    void submit(const IoRequest& request) override {
        io_uring_sqe* const sqe = next_sqe();
        const auto file = std::find(files_.begin(), files_.end(), request.file);
        const int target = file == files_.end() ? request.file : static_cast<int>(file - files_.begin());
        const int buffer = buffer_of(request);
        if (request.write && buffer >= 0)
            io_uring_prep_write_fixed(sqe, target, request.data, request.bytes, request.offset, buffer);
        else if (request.write)
            io_uring_prep_write(sqe, target, request.data, request.bytes, request.offset);
        else if (buffer >= 0)
            io_uring_prep_read_fixed(sqe, target, request.data, request.bytes, request.offset, buffer);
        else
            io_uring_prep_read(sqe, target, request.data, request.bytes, request.offset);
        if (file != files_.end()) sqe->flags |= IOSQE_FIXED_FILE;
        io_uring_sqe_set_data64(sqe, request.id);
    }

    void wait(std::vector<IoCompletion>& completions, std::chrono::milliseconds longest) override {
        if (longest.count() == 0) return poll(completions);
        __kernel_timespec limit{.tv_sec = longest.count() / 1000, .tv_nsec = longest.count() % 1000 * 1'000'000};
        io_uring_cqe* first = nullptr;
        // An error here is a wait that ended early; what has come back is looked at in any case.
        (void)io_uring_submit_and_wait_timeout(&ring_, &first, 1, &limit, nullptr);
        take(completions);
    }

    void wake() override {
        const uint64_t one = 1;
        (void)!write(event_, &one, sizeof one);
    }

   private:
    struct Registered {
        const std::byte* begin;
        const std::byte* end;
    };

    /// A wait without a timer, which would cost more than all the rest.
    void poll(std::vector<IoCompletion>& completions) {
        if (io_uring_sq_ready(&ring_) > 0) (void)io_uring_submit(&ring_);
        if (io_uring_cq_ready(&ring_) == 0) (void)io_uring_get_events(&ring_);
        take(completions);
    }

    void take(std::vector<IoCompletion>& completions) {
        unsigned head = 0;
        unsigned seen = 0;
        bool woken = false;
        io_uring_cqe* cqe = nullptr;
        io_uring_for_each_cqe(&ring_, head, cqe) {
            ++seen;
            const uint64_t id = io_uring_cqe_get_data64(cqe);
            if (id == kWakeId)
                woken = true;
            else
                completions.push_back({.id = id, .result = cqe->res});
        }
        io_uring_cq_advance(&ring_, seen);
        if (woken) read_event();
    }

    io_uring_sqe* next_sqe() {
        io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
        while (sqe == nullptr) {
            (void)io_uring_submit(&ring_);
            sqe = io_uring_get_sqe(&ring_);
        }
        return sqe;
    }

    void read_event() {
        io_uring_sqe* const sqe = next_sqe();
        io_uring_prep_read(sqe, event_, &event_count_, sizeof event_count_, 0);
        io_uring_sqe_set_data64(sqe, kWakeId);
    }

    /// Spares the kernel a look-up per request. Works without.
    void register_files(const QueueOptions& options) {
        if (options.files.empty()) return;
        if (io_uring_register_files(&ring_, options.files.data(), static_cast<unsigned>(options.files.size())) == 0)
            files_ = options.files;
    }

    /// Spares the kernel pinning their pages per request. Works without.
    void register_buffers(const QueueOptions& options) {
        std::vector<iovec> parts;
        for (const std::span<std::byte> buffer : options.buffers)
            for (uint64_t at = 0; at < buffer.size(); at += kMaxRegisteredBytes)
                parts.push_back({.iov_base = buffer.data() + at,
                                 .iov_len = std::min<uint64_t>(kMaxRegisteredBytes, buffer.size() - at)});
        if (parts.empty()) return;
        const int error = io_uring_register_buffers(&ring_, parts.data(), static_cast<unsigned>(parts.size()));
        if (error < 0) {
            if (options.log)
                options.log("the kernel does not register the buffers (" + std::string(std::strerror(-error)) +
                            "): it pins their pages anew for every request. Raise ulimit -l");
            return;
        }
        for (const iovec& part : parts) {
            const auto* const begin = static_cast<const std::byte*>(part.iov_base);
            buffers_.push_back({.begin = begin, .end = begin + part.iov_len});
        }
    }

    [[nodiscard]] int buffer_of(const IoRequest& request) const {
        for (size_t i = 0; i < buffers_.size(); ++i)
            if (request.data >= buffers_[i].begin && request.data + request.bytes <= buffers_[i].end)
                return static_cast<int>(i);
        return -1;
    }

    io_uring ring_{};
    bool ready_ = false;
    int event_ = -1;
    uint64_t event_count_ = 0;
    std::vector<int> files_;
    std::vector<Registered> buffers_;
};

}  // namespace

std::unique_ptr<IoQueue> make_uring_queue(const QueueOptions& options, int& error) {
    auto queue = std::make_unique<UringQueue>();
    error = queue->start(options);
    if (error != 0) return nullptr;
    return queue;
}

}  // namespace sky::offload
