#include "host/memory/unpacker.hpp"

#include <zlib.h>
#include <zstd.h>

#include <new>

namespace sky::memory {

namespace {

using namespace std::string_view_literals;

bool is_gzip(std::string_view head) { return head.starts_with("\x1f\x8b"sv); }

bool is_zstd(std::string_view head) {
    if (head.starts_with("\x28\xb5\x2f\xfd"sv)) return true;
    // Skippable frames, which some compressors put between the others.
    return head.size() >= 4 && (head[0] & 0xf0) == 0x50 && head.substr(1, 3) == "\x2a\x4d\x18"sv;
}

class GzipUnpacker final : public Unpacker {
   public:
    GzipUnpacker() {
        if (inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
    }
    ~GzipUnpacker() override { inflateEnd(&stream_); }

    [[nodiscard]] const char* name() const override { return "gzip"; }
    [[nodiscard]] bool begins_member(std::string_view head) const override { return is_gzip(head); }

    Step unpack(std::span<const char> in, std::span<char> out) override {
        if (over_) inflateReset(&stream_);
        // zlib takes its input through a pointer to non-const and leaves it as it is.
        stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(in.data()));
        stream_.avail_in = static_cast<uInt>(in.size());
        stream_.next_out = reinterpret_cast<Bytef*>(out.data());
        stream_.avail_out = static_cast<uInt>(out.size());
        const int result = inflate(&stream_, Z_NO_FLUSH);
        over_ = result == Z_STREAM_END;
        Step step{
            .taken = in.size() - stream_.avail_in, .made = out.size() - stream_.avail_out, .member_over = over_};
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
            step.problem = stream_.msg ? stream_.msg : "bad stream";
        return step;
    }

   private:
    z_stream stream_{};
    bool over_ = false;
};

class ZstdUnpacker final : public Unpacker {
   public:
    ZstdUnpacker() : stream_(ZSTD_createDStream()) {
        if (stream_ == nullptr) throw std::bad_alloc();
    }
    ~ZstdUnpacker() override { ZSTD_freeDStream(stream_); }

    [[nodiscard]] const char* name() const override { return "zstd"; }
    [[nodiscard]] bool begins_member(std::string_view head) const override { return is_zstd(head); }

    Step unpack(std::span<const char> in, std::span<char> out) override {
        ZSTD_inBuffer from{.src = in.data(), .size = in.size(), .pos = 0};
        ZSTD_outBuffer to{.dst = out.data(), .size = out.size(), .pos = 0};
        const size_t result = ZSTD_decompressStream(stream_, &to, &from);
        Step step{.taken = from.pos, .made = to.pos, .member_over = result == 0};
        if (ZSTD_isError(result) != 0) step.problem = ZSTD_getErrorName(result);
        return step;
    }

   private:
    ZSTD_DStream* stream_;
};

}  // namespace

std::unique_ptr<Unpacker> Unpacker::by_magic(std::string_view head) {
    if (is_gzip(head)) return std::make_unique<GzipUnpacker>();
    if (is_zstd(head)) return std::make_unique<ZstdUnpacker>();
    return nullptr;
}

}  // namespace sky::memory
