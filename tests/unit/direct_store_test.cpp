// Question: does a direct store keep tensors on one device and on several, over a new opening, by io_uring and by
// threads, and refuse every device, range and store that will not do, saying what was needed?
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <set>

#include "host/offload/io/crc32c.hpp"
#include "host/offload/io/direct_store.hpp"
#include "host/offload/io/file_store.hpp"
#include "host/offload/io/layout.hpp"
#include "host/offload/io/loop_device.hpp"
#include "tests/support/files.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/tensor_store.hpp"

namespace sky::offload {
namespace {

using test::TemporaryFolder;

constexpr uint64_t kStripe = 16 << 10;

/// Of all kinds of length: below a block, whole and broken stripes, several rounds of three devices.
const std::vector<TensorSpec> kTensors{{"small", 10},
                                       {"model.layers.0.q_proj", 3 * kStripe},
                                       {"long", 11 * kStripe + 4097},
                                       {"block", 4096},
                                       {"embed/tokens", 7 * kStripe - 1}};

DirectOptions options_in(const TemporaryFolder& folder, uint32_t devices) {
    DirectOptions options;
    options.run_id = "a test";
    options.stripe_bytes = kStripe;
    for (uint32_t i = 0; i < devices; ++i) options.devices.push_back(folder.path("disk" + std::to_string(i)));
    options.io.depth = 4;
    return options;
}

void write_all(TensorStore& store, uint64_t seed) {
    for (size_t i = 0; i < kTensors.size(); ++i) {
        const Status status = store.write(i, filled(kTensors[i].bytes, seed + i).span());
        ASSERT_TRUE(status.ok()) << status.message();
    }
}

void expect_all(TensorStore& store, uint64_t seed) {
    for (size_t i = 0; i < kTensors.size(); ++i) {
        const AlignedBuffer found(kTensors[i].bytes);
        const Status status = store.read(i, found.span());
        ASSERT_TRUE(status.ok()) << status.message();
        EXPECT_TRUE(equal(found.span(), filled(kTensors[i].bytes, seed + i).span())) << kTensors[i].name;
    }
}

std::string refusal(const std::vector<TensorSpec>& tensors, const DirectOptions& options) {
    const auto store = DirectStore::make(tensors, options);
    EXPECT_FALSE(store.ok());
    return store.status().message();
}

std::string refusal_to_open(const DirectOptions& options) {
    const auto store = DirectStore::open(options);
    EXPECT_FALSE(store.ok());
    return store.status().message();
}

void expect_says(const std::string& message, const std::vector<std::string>& parts) {
    for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << message;
}

void change_byte(const std::string& path, uint64_t at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ 1));
    ASSERT_TRUE(file.good());
}

TEST(Crc32c, IsTheOneOfIscsiOnEveryPath) {
    const std::string digits = "123456789";
    // Of RFC 3720, appendix B.4.
    std::vector<std::byte> rising(32);
    for (size_t i = 0; i < rising.size(); ++i) rising[i] = static_cast<std::byte>(i);
    for (const CrcPath path : available_crc_paths()) {
        EXPECT_EQ(crc32c(std::as_bytes(std::span(digits)), path), 0xe3069283U) << to_string(path);
        EXPECT_EQ(crc32c({}, path), 0U) << to_string(path);
        EXPECT_EQ(crc32c(std::vector<std::byte>(32), path), 0x8a9136aaU) << to_string(path);
        EXPECT_EQ(crc32c(std::vector<std::byte>(32, std::byte{0xff}), path), 0x62a8ab43U) << to_string(path);
        EXPECT_EQ(crc32c(rising, path), 0x46dd794eU) << to_string(path);
    }
}

TEST(Crc32c, IsTheSameOnEveryPathAtEverySizeAndPlace) {
    const AlignedBuffer bytes = filled(300'000, test::seed());
    for (size_t size = 0; size < bytes.size() - 64; size += size < 1100 ? 1 : 9973)
        for (const size_t begin : {size_t{0}, size_t{1}, size_t{7}, size_t{61}}) {
            const std::span<const std::byte> part = bytes.span().subspan(begin, size);
            const uint32_t wanted = crc32c(part, CrcPath::kPortable);
            EXPECT_EQ(crc32c(part), wanted);
            for (const CrcPath path : available_crc_paths())
                ASSERT_EQ(crc32c(part, path), wanted) << to_string(path) << ' ' << begin << ' ' << size;
        }
}

TEST(Layout, NoTwoStripesOverlapAndTensorsSpreadOverTheDevices) {
    for (const uint32_t devices : {1U, 2U, 3U, 5U}) {
        const Result<Layout> layout = make_layout(kTensors, kStripe, devices);
        ASSERT_TRUE(layout.ok()) << layout.status().message();
        std::set<std::pair<uint32_t, uint64_t>> blocks;
        std::vector<uint64_t> used(devices, 1);
        used[0] += 2 * layout.value().table_bytes / kBlockBytes;
        for (uint32_t device = 0; device < devices; ++device)
            for (uint64_t lba = 0; lba < used[device]; ++lba) blocks.emplace(device, lba);
        for (size_t tensor = 0; tensor < kTensors.size(); ++tensor) {
            std::vector<uint64_t> bytes(devices, 0);
            for (uint64_t i = 0; i < stripes_of(kTensors[tensor].bytes, kStripe); ++i) {
                const Extent stripe = layout.value().stripe(tensor, i, kTensors[tensor].bytes);
                bytes[stripe.device] += stripe.bytes;
                used[stripe.device] += stripe.bytes / kBlockBytes;
                for (uint64_t at = 0; at < stripe.bytes; at += kBlockBytes)
                    ASSERT_TRUE(blocks.emplace(stripe.device, stripe.lba + at / kBlockBytes).second);
                const Extent& extent = layout.value().locations[tensor].extents[stripe.device];
                EXPECT_GE(stripe.lba, extent.lba);
                EXPECT_LE(stripe.lba * kBlockBytes + stripe.bytes, extent.lba * kBlockBytes + extent.bytes);
            }
            for (uint32_t device = 0; device < devices; ++device) {
                EXPECT_EQ(layout.value().locations[tensor].extents[device].bytes, bytes[device]);
                EXPECT_LE(bytes[device], padded(kTensors[tensor].bytes) / devices + kStripe);
            }
        }
        for (uint32_t device = 0; device < devices; ++device)
            EXPECT_EQ(layout.value().device_bytes[device], used[device] * kBlockBytes) << "nothing lies unused";
    }
}

TEST(DirectStore, KeepsTensorsOnOneDeviceAndOnSeveral) {
    for (const uint32_t devices : {1U, 3U})
        for (const QueueKind queue : {QueueKind::kBest, QueueKind::kThreads}) {
            const TemporaryFolder folder;
            DirectOptions options = options_in(folder, devices);
            options.io.queue = queue;
            Uuid uuid;
            {
                const auto store = made(kTensors, options);
                ASSERT_NE(store, nullptr);
                write_all(*store, 10);
                expect_all(*store, 10);
                write_all(*store, 20);
                EXPECT_EQ(store->generation(2), 2U);
                ASSERT_TRUE(store->flush().ok());
                uuid = store->uuid();
                EXPECT_EQ(store->statistics().opened, devices);
            }
            options.stripe_bytes = 0;  // the store knows
            const auto store = opened(options);
            ASSERT_NE(store, nullptr);
            EXPECT_EQ(store->uuid(), uuid);
            EXPECT_EQ(store->generation(2), 2U);
            EXPECT_EQ(store->tensors().size(), kTensors.size());
            expect_all(*store, 20);
        }
}

TEST(DirectStore, MovesPartsOfATensorManyAtOnceThroughRegisteredBuffers) {
    const TemporaryFolder folder;
    const AlignedBuffer arena = filled(12 * kStripe, 5);
    DirectOptions options = options_in(folder, 2);
    options.io.buffers = {arena.span()};
    const auto store = made(kTensors, options);
    ASSERT_NE(store, nullptr);
    const auto part = [&](uint64_t stripe, uint64_t bytes) { return arena.span().subspan(stripe * kStripe, bytes); };
    std::vector<std::future<Status>> under_way;
    under_way.push_back(store->start_write(2, 0, part(0, 2 * kStripe)));
    under_way.push_back(store->start_write(2, 2 * kStripe, part(2, 9 * kStripe)));
    under_way.push_back(store->start_write(2, 11 * kStripe, part(11, 2 * kBlockBytes)));
    for (std::future<Status>& one : under_way) EXPECT_TRUE(one.get().ok());
    const AlignedBuffer wanted = filled(12 * kStripe, 5);
    fill(arena.span(), 6);
    under_way.clear();
    for (uint64_t stripe = 0; stripe < 11; ++stripe)
        under_way.push_back(store->start_read(2, stripe * kStripe, part(stripe, kStripe)));
    for (std::future<Status>& one : under_way) EXPECT_TRUE(one.get().ok());
    EXPECT_TRUE(equal(part(0, 11 * kStripe), wanted.span().first(11 * kStripe)));
    EXPECT_GE(store->statistics().requests, 24U);
    EXPECT_EQ(store->statistics().failed, 0U);
}

TEST(DirectStore, ReadsNothingThatWasNotWritten) {
    const TemporaryFolder folder;
    const auto store = made(kTensors, options_in(folder, 1));
    ASSERT_NE(store, nullptr);
    const AlignedBuffer buffer(kTensors[1].bytes);
    ASSERT_TRUE(store->start_write(1, 0, buffer.span().first(kStripe)).get().ok());
    EXPECT_TRUE(store->start_read(1, 0, buffer.span().first(kStripe)).get().ok());
    expect_says(store->read(1, buffer.span()).message(),
                {"tensor 'model.layers.0.q_proj' on '" + folder.path("disk0") + "', LBA ", "was never written"});
}

TEST(DirectStore, FindsAnyChangedBitOfADevice) {
    const TemporaryFolder folder;
    const DirectOptions options = options_in(folder, 2);
    const auto store = made(kTensors, options);
    ASSERT_NE(store, nullptr);
    write_all(*store, 1);
    const Layout layout = make_layout(kTensors, kStripe, 2).value();
    memory::Random random(test::seed());
    for (int round = 0; round < 40; ++round) {
        const size_t tensor = random.below(kTensors.size());
        const uint64_t number = random.below(stripes_of(kTensors[tensor].bytes, kStripe));
        const Extent stripe = layout.stripe(tensor, number, kTensors[tensor].bytes);
        const std::string& path = options.devices[stripe.device];
        const uint64_t at = stripe.lba * kBlockBytes + random.below(stripe.bytes);
        change_byte(path, at);
        const AlignedBuffer buffer(kTensors[tensor].bytes);
        expect_says(store->read(tensor, buffer.span()).message(),
                    {"tensor '" + kTensors[tensor].name + "'", path, "LBA " + std::to_string(stripe.lba) + ",",
                     "is not what generation 1 wrote", "a write was torn, or bits have changed"});
        change_byte(path, at);
    }
    expect_all(*store, 1);
}

TEST(DirectStore, TellsAStaleStripeAndWhatWasWrittenAfterTheLastFlush) {
    const TemporaryFolder folder;
    const DirectOptions options = options_in(folder, 1);
    std::string before;
    {
        const auto store = made(kTensors, options);
        ASSERT_NE(store, nullptr);
        write_all(*store, 1);
        ASSERT_TRUE(store->flush().ok());
        before = test::read_file(options.devices[0]);
        write_all(*store, 2);
        ASSERT_TRUE(store->flush().ok());
        std::string after = test::read_file(options.devices[0]);
        // The device forgets what it wrote of one tensor.
        const Layout layout = make_layout(kTensors, kStripe, 1).value();
        const Extent lost = layout.locations[1].extents[0];
        after.replace(lost.lba * kBlockBytes, lost.bytes, before, lost.lba * kBlockBytes, lost.bytes);
        std::ofstream(options.devices[0], std::ios::binary) << after;
        const AlignedBuffer buffer(kTensors[1].bytes);
        expect_says(store->read(1, buffer.span()).message(),
                    {"is not what generation 2 wrote", "it is what lay there before, so the write was lost"});
        ASSERT_TRUE(store->write(1, filled(kTensors[1].bytes, 9).span()).ok());  // no flush behind it
    }
    const auto store = opened(options);
    ASSERT_NE(store, nullptr);
    const AlignedBuffer buffer(kTensors[2].bytes);
    EXPECT_TRUE(store->read(2, buffer.span()).ok());
    EXPECT_TRUE(equal(buffer.span(), filled(kTensors[2].bytes, 4).span()));
    expect_says(store->read(1, buffer.span().first(kTensors[1].bytes)).message(), {"is not what generation 2 wrote"});
}

TEST(DirectStore, RefusesRangesBuffersAndTransfersThatMeet) {
    const TemporaryFolder folder;
    const auto store = made(kTensors, options_in(folder, 1));
    ASSERT_NE(store, nullptr);
    const AlignedBuffer buffer(12 * kStripe);
    const auto message = [&](size_t tensor, uint64_t offset, std::span<std::byte> to) {
        return store->start_read(tensor, offset, to).get().message();
    };
    EXPECT_EQ(message(5, 0, buffer.span()), "there is no tensor 5\nthe store has 5");
    EXPECT_EQ(message(1, 4096, buffer.span()),
              "byte 4096 of tensor 'model.layers.0.q_proj' is asked for\n"
              "take a multiple of 16384 below 49152");
    EXPECT_EQ(message(0, 0, buffer.span().subspan(8, 4096)),
              "the buffer for tensor 'small' is not aligned to 4096 bytes\nalign it");
    EXPECT_EQ(message(1, kStripe, buffer.span().first(5000)),
              "the buffer for tensor 'model.layers.0.q_proj' has 5000 bytes\n"
              "take 32768 for all that follows byte 16384, or a multiple of 16384");
    // A write, and what would meet it: at the latest when the first has begun, the second is refused or waits its
    // turn.
    int refused = 0;
    for (int round = 0; round < 50 && refused == 0; ++round) {
        std::future<Status> first = store->start_write(2, 0, buffer.span().first(padded(kTensors[2].bytes)));
        const Status second = store->start_write(2, 0, buffer.span().first(kStripe)).get();
        EXPECT_TRUE(first.get().ok());
        if (second.ok()) continue;
        ++refused;
        expect_says(second.message(), {"tensor 'long'", "is being read or written\nwait for that first"});
    }
    EXPECT_EQ(refused, 1);
}

TEST(DirectStore, RefusesADiskThatIsTooSmallBeforeWriting) {
    const TemporaryFolder folder;
    DirectOptions options = options_in(folder, 1);
    options.stripe_bytes = 1 << 20;
    const std::string message = refusal({{"huge", uint64_t{1} << 45}}, options);
    const Layout layout = make_layout(std::vector<TensorSpec>{{"huge", uint64_t{1} << 45}}, 1 << 20, 1).value();
    expect_says(message, {"is too small: the store needs " + std::to_string(layout.device_bytes[0]) + " bytes, and ",
                          " are free"});
    EXPECT_TRUE(folder.names().empty());
}

TEST(DirectStore, RefusesWhatIsThereAndWhatIsNoStore) {
    const TemporaryFolder folder;
    const DirectOptions options = options_in(folder, 2);
    expect_says(refusal_to_open(options), {"cannot open '" + options.devices[0] + "'"});
    (void)folder.file("disk1", "something");
    expect_says(refusal(kTensors, options), {"'" + options.devices[1] + "' is there already"});
    EXPECT_EQ(folder.names(), std::vector<std::string>{"disk1"}) << "the other file is removed again";
    (void)folder.file("disk0", std::string(8192, 'x'));
    expect_says(refusal_to_open(options), {"'" + options.devices[0] + "' holds no store"});
}

TEST(DirectStore, RefusesADamagedSuperblockAnotherRunAndDevicesOutOfOrder) {
    const TemporaryFolder folder;
    const DirectOptions options = options_in(folder, 2);
    ASSERT_NE(made(kTensors, options), nullptr);
    for (const uint64_t at : {uint64_t{9}, uint64_t{30}, uint64_t{100}, uint64_t{4000}, uint64_t{4095}}) {
        change_byte(options.devices[1], at);
        expect_says(refusal_to_open(options), {"the superblock of '" + options.devices[1] + "' is damaged"});
        change_byte(options.devices[1], at);
    }
    DirectOptions other = options;
    other.run_id = "another";
    expect_says(refusal_to_open(other), {"belongs to run 'a test', and run 'another' was asked for"});
    std::swap(other.devices[0], other.devices[1]);
    expect_says(refusal_to_open(other), {"is device 1 of 2 of its store, and stands at place 0 of 2"});
    const TemporaryFolder second;
    const DirectOptions stranger = options_in(second, 2);
    ASSERT_NE(made(kTensors, stranger), nullptr);
    other = options;
    other.devices[1] = stranger.devices[1];
    expect_says(refusal_to_open(other), {"name the devices of one store"});
    ASSERT_EQ(truncate(options.devices[1].c_str(), 8192), 0);
    expect_says(refusal_to_open(options), {"is too small: the store needs ", ", and it has 8192"});
}

TEST(DirectStore, LivesWithOneDamagedLocationTable) {
    const TemporaryFolder folder;
    DirectOptions options = options_in(folder, 1);
    {
        const auto store = made(kTensors, options);
        ASSERT_NE(store, nullptr);
        write_all(*store, 1);
        ASSERT_TRUE(store->flush().ok());
        ASSERT_TRUE(store->flush().ok());
    }
    const Layout layout = make_layout(kTensors, kStripe, 1).value();
    std::vector<std::string> said;
    options.io.log = [&](const std::string& message) { said.push_back(message); };
    change_byte(options.devices[0], layout.table_offset(1) + 300);
    {
        const auto store = opened(options);
        ASSERT_NE(store, nullptr);
        expect_all(*store, 1);
    }
    ASSERT_EQ(said.size(), 1U);
    expect_says(said[0], {"copy 1 of the location table on '" + options.devices[0] + "', LBA ", "is damaged"});
    change_byte(options.devices[0], layout.table_offset(0) + 300);
    expect_says(refusal_to_open(options), {"both copies of the location table on", "are damaged"});
}

TEST(DirectStore, NamesWhatIsWrongWithItsTensors) {
    const TemporaryFolder folder;
    DirectOptions options = options_in(folder, 1);
    EXPECT_EQ(refusal({}, options), "a store of 0 tensors; take 1 to 16777216");
    EXPECT_EQ(refusal({{"a", 1}, {"a", 2}}, options), "two tensors have the name 'a'; give each its own");
    EXPECT_EQ(refusal({{"a", 0}}, options), "tensor 'a' has 0 bytes; take 1 to 70368744177664");
    options.stripe_bytes = 5000;
    EXPECT_EQ(refusal(kTensors, options), "stripes of 5000 bytes; take a multiple of 4096 up to 1073741824");
    options = options_in(folder, 0);
    EXPECT_EQ(refusal(kTensors, options), "a store on 0 devices; take 1 to 64");
    options = options_in(folder, 1);
    options.io.depth = 0;
    EXPECT_EQ(refusal(kTensors, options), "a depth of 0 requests\ntake 1 to 4096");
}

/// Makes io_uring_setup fail in this process and all its threads from here on.
void refuse_io_uring() {
    std::array<sock_filter, 4> program{{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                                        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
                                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}};
    const sock_fprog filter{.len = program.size(), .filter = program.data()};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
        std::exit(3);
}

TEST(DirectStoreDeathTest, UsesThreadsAndSaysSoWhereTheKernelRefusesIoUring) {
    const TemporaryFolder folder;
    EXPECT_EXIT(
        {
            refuse_io_uring();
            DirectOptions options = options_in(folder, 2);
            options.io.log = [](const std::string& message) { std::fprintf(stderr, "%s\n", message.c_str()); };
            const auto store = made(kTensors, options);
            write_all(*store, 1);
            expect_all(*store, 1);
            std::exit(testing::Test::HasFailure() ? 1 : 0);
        },
        testing::ExitedWithCode(0),
        "this kernel refuses io_uring \\(Operation not permitted\\): threads read and write");
}

TEST(DirectStore, TakesABlockDeviceOnlyWhenItIsAllowedAndEmpty) {
    const TemporaryFolder folder;
    Result<std::unique_ptr<LoopDevice>> loop = LoopDevice::make(folder.path(), 16 << 20);
    if (!loop.ok()) GTEST_SKIP() << loop.status().message();
    EXPECT_TRUE(folder.names().empty()) << "its file has no name";
    const std::string path = loop.value()->path();
    DirectOptions options = options_in(folder, 0);
    options.devices = {path};
    expect_says(refusal(kTensors, options), {"'" + path + "' is a raw block device"});
    options.allow_block_devices = true;
    const std::vector<TensorSpec> large{{"large", 64 << 20}};
    expect_says(refusal(large, options), {"'" + path + "' is too small: the store needs ", ", and it has 16777216"});
    {
        const auto store = made(kTensors, options);
        ASSERT_NE(store, nullptr);
        write_all(*store, 3);
        ASSERT_TRUE(store->flush().ok());
        expect_says(refusal_to_open(options), {"'" + path + "' is mounted or otherwise in use"});
    }
    {
        const auto store = opened(options);
        ASSERT_NE(store, nullptr);
        expect_all(*store, 3);
    }
    expect_says(refusal(kTensors, options), {"'" + path + "' carries a store of this program"});
    options.replace = true;
    EXPECT_NE(made(kTensors, options), nullptr);
    options.allow_block_devices = false;
    expect_says(refusal_to_open(options), {"'" + path + "' is a raw block device"});
}

/// Puts a few bytes on a device.
void put(const std::string& path, uint64_t at, const std::string& bytes) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.flush();
    ASSERT_TRUE(file.good());
}

TEST(DirectStore, RefusesABlockDeviceThatCarriesSomething) {
    const TemporaryFolder folder;
    Result<std::unique_ptr<LoopDevice>> loop = LoopDevice::make(folder.path(), 16 << 20);
    if (!loop.ok()) GTEST_SKIP() << loop.status().message();
    const std::string path = loop.value()->path();
    DirectOptions options = options_in(folder, 0);
    options.devices = {path};
    options.allow_block_devices = options.replace = true;
    // A partition table with one partition of type 83.
    std::string table(512, '\0');
    table[446 + 4] = '\x83';
    table[446 + 8] = 1;
    table[446 + 13] = 8;
    table[510] = '\x55';
    table[511] = '\xaa';
    put(path, 0, table);
    expect_says(refusal(kTensors, options), {"'" + path + "' carries a partition table (dos)", "wipefs"});
    put(path, 0, std::string(4096, '\0'));
    // Swap space, by its signature at the end of the first page; blkid wants a version and a size with it.
    std::string swap(4096, '\0');
    swap.replace(4086, 10, "SWAPSPACE2");
    swap[1024] = 1;
    swap[1028] = '\xff';
    put(path, 0, swap);
    expect_says(refusal(kTensors, options), {"'" + path + "' carries a file system or a part of one (swap)"});
    put(path, 0, std::string(4096, '\0'));
    EXPECT_NE(made(kTensors, options), nullptr);
}

TEST(DirectStore, RefusesAMountedBlockDevice) {
    const TemporaryFolder folder;
    Result<std::unique_ptr<LoopDevice>> loop = LoopDevice::make(folder.path(), 64 << 20);
    if (!loop.ok()) GTEST_SKIP() << loop.status().message();
    const std::string path = loop.value()->path();
    const std::string point = folder.path("mounted");
    ASSERT_EQ(mkdir(point.c_str(), 0700), 0);
    if (std::system(("mkfs.ext4 -q " + path + " >/dev/null 2>&1").c_str()) != 0) GTEST_SKIP() << "no mkfs.ext4";
    DirectOptions options = options_in(folder, 0);
    options.devices = {path};
    options.allow_block_devices = options.replace = true;
    expect_says(refusal(kTensors, options), {"'" + path + "' carries a file system or a part of one (ext4)"});
    if (mount(path.c_str(), point.c_str(), "ext4", 0, nullptr) != 0) GTEST_SKIP() << "this user may not mount";
    const std::string message = refusal(kTensors, options);
    ASSERT_EQ(umount(point.c_str()), 0);
    expect_says(message, {"'" + path + "' is mounted or otherwise in use\nunmount it"});
}

TEST(FileStore, KeepsEveryTensorInAFileThatItOpensForEachOperation) {
    const TemporaryFolder folder;
    FileStoreOptions options;
    options.folder = folder.path("store");
    options.request_bytes = kStripe;
    {
        auto store = open_file_store(kTensors, options);
        ASSERT_TRUE(store.ok()) << store.status().message();
        const AlignedBuffer buffer(kTensors[0].bytes);
        expect_says(
            store.value()->read(0, buffer.span()).message(),
            {"cannot open tensor 'small' in '" + folder.path("store/small.tensor"), "write the tensor first"});
        write_all(*store.value(), 1);
        write_all(*store.value(), 2);
        expect_all(*store.value(), 2);
        EXPECT_EQ(store.value()->statistics().opened, 3 * kTensors.size());
        EXPECT_TRUE(store.value()->flush().ok());
    }
    auto store = open_file_store(kTensors, options);
    ASSERT_TRUE(store.ok()) << store.status().message();
    expect_all(*store.value(), 2);
    // It keeps no checksums: what has changed is read as it is.
    change_byte(folder.path("store/block.tensor"), 7);
    const AlignedBuffer buffer(kTensors[3].bytes);
    EXPECT_TRUE(store.value()->read(3, buffer.span()).ok());
    EXPECT_FALSE(equal(buffer.span(), filled(kTensors[3].bytes, 5).span()));
}

}  // namespace
}  // namespace sky::offload
