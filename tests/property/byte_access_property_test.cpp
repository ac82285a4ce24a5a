// Question: whatever the shape, the mapping and the byte enables, does a byte access name each byte once, leave the
// others alone, and read first only where it must?
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <map>
#include <tuple>
#include <vector>

#include "sysc/model/byte_access.hpp"
#include "sysc/model/segments.hpp"
#include "tests/support/device.hpp"

namespace sky::model {
namespace {

/// Both mappings; the array itself may be large, for it is never built here.
rc::Gen<Geometry> any_geometry(uint64_t max_rows) {
    return rc::gen::exec([max_rows] {
        const bool word = *rc::gen::arbitrary<bool>();
        const uint32_t tracks_per_row = word ? 1 : 64 * *rc::gen::inRange<uint32_t>(1, 9);
        const uint32_t sites = word ? 8 * *rc::gen::inRange<uint32_t>(1, 9) : *rc::gen::inRange<uint32_t>(2, 65);
        Geometry geometry = test::geometry(sites, *rc::gen::inRange<uint32_t>(1, 65),
                                           *rc::gen::inRange<uint64_t>(1, max_rows + 1) * tracks_per_row);
        geometry.tracks_per_row = tracks_per_row;
        geometry.flag_site = word && *rc::gen::arbitrary<bool>();
        geometry.overhead_sites = geometry.depth();
        RC_ASSERT(geometry.problem().empty());
        return geometry;
    });
}

RC_GTEST_PROP(PropertyAddressMap, IsABijectionOnLargeArrays, ()) {
    const Geometry geometry = *any_geometry(uint64_t{1} << 32);
    const AddressMap map(geometry);
    RC_ASSERT(map.capacity_bytes() == geometry.capacity_bits() / 8);
    const uint64_t address =
        *rc::gen::oneOf(rc::gen::inRange<uint64_t>(0, map.capacity_bytes()), rc::gen::just(map.capacity_bytes() - 1));
    RC_ASSERT(map.address(map.place(address)) == address);

    const bool word = geometry.mapping() == Mapping::kWord;
    const BytePlace place{
        .row = static_cast<uint32_t>(*rc::gen::inRange<uint64_t>(0, geometry.rows())),
        .site = word ? 0 : *rc::gen::inRange<uint32_t>(0, geometry.sites_per_segment),
        .segment = *rc::gen::inRange<uint32_t>(0, geometry.segments),
        .beat = *rc::gen::inRange<uint32_t>(0, geometry.beats_per_segment()),
        .byte = *rc::gen::inRange<uint32_t>(0, geometry.word_bits() / 8),
    };
    RC_ASSERT(map.address(place) < map.capacity_bytes());
    RC_ASSERT(map.place(map.address(place)) == place);
}

/// What the controller does with words, and no more; keeps the requests it got.
class PlainMemory {
   public:
    explicit PlainMemory(const Geometry& geometry) : geometry_(geometry) {}

    const Finished& execute(const Command& command, std::span<const uint64_t> data) {
        requests_.push_back(command);
        RC_ASSERT(command.row < geometry_.rows());
        RC_ASSERT(command.seg_mask != 0);
        RC_ASSERT((command.seg_mask & ~geometry_.segment_mask()) == 0);
        RC_ASSERT(data.size() == command.data_beats(geometry_));
        finished_.words.clear();
        const uint32_t beats = geometry_.beats_per_segment();
        each_segment(command.seg_mask, [&](uint32_t segment, uint32_t k) {
            for (uint32_t beat = 0; beat < beats; ++beat) {
                uint64_t& word = words_[{command.row, command.site, segment, beat}];
                if (command.op == Op::kRead) finished_.words.push_back(word);
                if (command.op == Op::kWrite) word = data[k * beats + beat];
            }
        });
        return finished_;
    }
    [[nodiscard]] uint8_t byte(const BytePlace& at) {
        return static_cast<uint8_t>(words_[{at.row, at.site, at.segment, at.beat}] >> (8 * at.byte));
    }
    [[nodiscard]] const std::vector<Command>& requests() const { return requests_; }

   private:
    Geometry geometry_;
    std::map<std::tuple<uint32_t, uint32_t, uint32_t, uint32_t>, uint64_t> words_;
    std::vector<Command> requests_;
    Finished finished_;
};

bool takes_part(const std::vector<uint8_t>& enables, uint64_t i) {
    return enables.empty() || enables[i % enables.size()] != 0;
}

rc::Gen<std::vector<uint8_t>> any_enables() {
    return rc::gen::container<std::vector<uint8_t>>(rc::gen::element<uint8_t>(0, 0xff));
}

RC_GTEST_PROP(PropertyByteAccess, EqualsAnArrayOfBytesInBothMappings, ()) {
    const Geometry geometry = *any_geometry(3);
    const AddressMap map(geometry);
    PlainMemory memory(geometry);
    const Execute execute = [&](const Command& command, std::span<const uint64_t> data) -> const Finished& {
        return memory.execute(command, data);
    };
    // A window in which the accesses meet, somewhere in the array.
    const uint64_t window = std::min<uint64_t>(map.capacity_bytes(), *rc::gen::inRange<uint64_t>(1, 700));
    const uint64_t base = *rc::gen::inRange<uint64_t>(0, map.capacity_bytes() - window + 1);
    std::vector<std::byte> reference(window);
    uint64_t read_modify_writes = 0;
    const auto count = *rc::gen::inRange(1, 12);
    for (int n = 0; n < count; ++n) {
        const uint64_t begin = *rc::gen::inRange<uint64_t>(0, window + 1);
        const uint64_t bytes = *rc::gen::inRange<uint64_t>(0, window - begin + 1);
        const std::vector<uint8_t> enables = *any_enables();
        std::vector<std::byte> buffer(bytes);
        for (uint64_t i = 0; i < bytes; ++i)
            buffer[i] = static_cast<std::byte>(37 * n + 31 * static_cast<int>(i) + 1);
        const std::vector<std::byte> given = buffer;
        if (*rc::gen::arbitrary<bool>()) {
            RC_ASSERT(store_bytes(geometry, execute, WriteAlg::kDcw, base + begin, buffer, read_modify_writes,
                                  enables) == RspStatus::kOk);
            for (uint64_t i = 0; i < bytes; ++i)
                if (takes_part(enables, i)) reference[begin + i] = buffer[i];
        } else {
            RC_ASSERT(load_bytes(geometry, execute, base + begin, buffer, enables) == RspStatus::kOk);
            for (uint64_t i = 0; i < bytes; ++i)
                RC_ASSERT(buffer[i] == (takes_part(enables, i) ? reference[begin + i] : given[i]));
        }
    }
    for (uint64_t i = 0; i < window; ++i)
        RC_ASSERT(memory.byte(map.place(base + i)) == std::to_integer<uint8_t>(reference[i]));
}

RC_GTEST_PROP(PropertyByteAccess, ReadsFirstExactlyTheSegmentsItChangesInPart, ()) {
    const Geometry geometry = *any_geometry(3);
    const AddressMap map(geometry);
    PlainMemory memory(geometry);
    const uint64_t bytes = *rc::gen::inRange<uint64_t>(1, std::min<uint64_t>(map.capacity_bytes(), 500) + 1);
    const uint64_t address = *rc::gen::inRange<uint64_t>(0, map.capacity_bytes() - bytes + 1);
    const std::vector<uint8_t> enables = *any_enables();
    // How many bytes of each segment take part: the whole truth about what a store has to do.
    std::map<std::tuple<uint32_t, uint32_t>, std::map<uint32_t, uint32_t>> touched;
    for (uint64_t i = 0; i < bytes; ++i) {
        const BytePlace at = map.place(address + i);
        if (takes_part(enables, i)) ++touched[{at.row, at.site}][at.segment];
    }
    uint64_t read_modify_writes = 0;
    const std::vector<std::byte> buffer(bytes, std::byte{7});
    const Execute execute = [&](const Command& command, std::span<const uint64_t> data) -> const Finished& {
        return memory.execute(command, data);
    };
    RC_ASSERT(store_bytes(geometry, execute, WriteAlg::kNaive, address, buffer, read_modify_writes, enables) ==
              RspStatus::kOk);
    std::vector<Command> expected;
    uint64_t reads = 0;
    for (const auto& [place, segments] : touched) {
        Command read{.op = Op::kRead, .site = static_cast<uint8_t>(std::get<1>(place)), .row = std::get<0>(place)};
        Command write = read;
        write.op = Op::kWrite;
        for (const auto& [segment, count] : segments) {
            write.seg_mask |= uint64_t{1} << segment;
            if (count != map.segment_bytes()) read.seg_mask |= uint64_t{1} << segment;
        }
        if (read.seg_mask != 0) expected.push_back(read), ++reads;
        expected.push_back(write);
    }
    RC_ASSERT(memory.requests() == expected);
    RC_ASSERT(read_modify_writes == reads);
}

TEST(PropertyByteAccess, StopsAtTheFirstRequestThatIsRefused) {
    const Geometry geometry = test::geometry(64, 2, 3);
    Finished refused;
    int requests = 0;
    const Execute execute = [&](const Command&, std::span<const uint64_t>) -> const Finished& {
        refused.status = ++requests == 2 ? RspStatus::kPositionLost : RspStatus::kOk;
        refused.words.assign(2, 0);
        return refused;
    };
    std::vector<std::byte> all(48);
    EXPECT_EQ(load_bytes(geometry, execute, 0, all), RspStatus::kPositionLost);
    EXPECT_EQ(requests, 2);
}

}  // namespace
}  // namespace sky::model
