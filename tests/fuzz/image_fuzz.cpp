// Question: is there an image that breaks its reader, or one that open() takes and next() does not? The checksum
// would stop nearly every input at the end, so it is put right here before the image is read a second time.
#include <zlib.h>

#include "host/memory/image.hpp"
#include "host/memory/image_format.hpp"
#include "tests/fuzz/read_trace.hpp"

namespace {

using namespace sky;

void read_image(const model::Geometry& geometry, std::string_view input) {
    Result<std::unique_ptr<memory::ByteSource>> source = memory::ByteSource::of("input", input);
    test::check_message(source.status());
    if (!source.ok()) return;
    auto reader = memory::ImageReader::open(std::move(source.value()), geometry);
    test::check_message(reader.status());
    if (!reader.ok()) return;
    uint64_t rows = 0;
    memory::StoredRow row;
    for (;; ++rows) {
        const Result<bool> more = reader.value()->next(row);
        SKY_FUZZ_CHECK(more.ok());  // open() has seen it all
        if (!more.value()) break;
        SKY_FUZZ_CHECK(row.row < geometry.rows());
        SKY_FUZZ_CHECK(row.words.size() == geometry.row_words());
    }
    SKY_FUZZ_CHECK(rows == reader.value()->rows());
}

std::string with_checksum(std::string_view input) {
    const size_t summed = input.size() - 4;
    const auto crc =
        static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(input.data()), static_cast<uInt>(summed)));
    std::string image(input.substr(0, summed));
    for (unsigned i = 0; i < 4; ++i) image += static_cast<char>(crc >> (8 * i));
    return image;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    for (const model::Geometry& geometry : test::fuzz_arrays()) {
        read_image(geometry, input);
        if (size > 4) read_image(geometry, with_checksum(input));
    }
    return 0;
}
