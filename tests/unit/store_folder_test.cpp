// Question: is the folder of a store used by one program at a time, and is no other folder touched?
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "host/memory/image.hpp"
#include "host/memory/store.hpp"
#include "tests/crash/store_work.hpp"
#include "tests/support/files.hpp"

namespace sky::memory {
namespace {

using test::copy_store;
using test::expect_ok;
using test::store_array;
using test::value_of;

SessionConfig config() { return store_array("words"); }

void expect_error(const Result<std::unique_ptr<Store>>& store, const std::string& path, const std::string& what) {
    ASSERT_FALSE(store.ok());
    EXPECT_NE(store.status().message().find(path), std::string::npos) << store.status().message();
    EXPECT_NE(store.status().message().find(what), std::string::npos) << store.status().message();
}

TEST(UnitStoreFolder, IsUsedByOneProgramAtATime) {
    const test::TemporaryFolder folder;
    const std::string path = folder.path("s");
    auto store = value_of(Store::create(path, config(), ""));
    expect_error(Store::open(path), path, "is in use by another program");
    expect_error(Store::create(path, config(), ""), path, "holds a store already");
    expect_ok(store->close());
    const auto next = value_of(Store::open(path));
    store.reset();
    expect_error(Store::open(path), path, "is in use by another program");
}

TEST(UnitStoreFolder, IsNewOrEmpty) {
    const test::TemporaryFolder folder;
    expect_error(Store::create("", config(), ""), "", "the name of the store is empty");
    expect_error(Store::create(folder.file("file", ""), config(), ""), folder.path("file"), "is no folder");
    expect_error(Store::create(folder.path(), config(), ""), folder.path(), "it holds 'file'");
    EXPECT_EQ(folder.names(), std::vector<std::string>{"file"});
    expect_error(Store::create(folder.path("file/s"), config(), ""), folder.path("file/s"), "cannot make the folder");
    (void)value_of(Store::create(folder.path("a/b/c"), config(), ""));
    expect_error(Store::create(folder.path("a/b/c"), config(), ""), folder.path("a/b/c"), "holds a store already");
}

TEST(UnitStoreFolder, IsOpenedOnlyIfItHoldsAStore) {
    const test::TemporaryFolder folder;
    expect_error(Store::open(folder.path("s")), folder.path("s"), "there is no folder");
    expect_error(Store::open(folder.path()), folder.path(), "is no store");
    EXPECT_TRUE(folder.names().empty()) << "no lock was left there";
    (void)folder.file("image", "a picture");
    expect_error(Store::open(folder.path()), folder.path("image"), "damaged");
    auto plain = ImageWriter::create(folder.path("image"), config().geometry);
    expect_ok(plain.value()->close());
    expect_error(Store::open(folder.path()), folder.path("image"), "no image of a store");
}

TEST(UnitStoreFolder, LosesWhatAKilledProgramLeftHalfWritten) {
    const test::TemporaryFolder folder;
    const std::string path = folder.path("s");
    const std::vector<std::string> half{"image.new", "image.new.tmp.123", "journal.new"};
    const auto leave = [&] {
        for (const std::string& name : half) std::ofstream(fmt::format("{}/{}", path, name)) << "half";
    };
    (void)value_of(Store::create(path, config(), ""));
    std::filesystem::remove(path + "/image");
    leave();
    (void)value_of(Store::create(path, config(), ""));
    for (const std::string& name : half)
        EXPECT_FALSE(std::filesystem::exists(fmt::format("{}/{}", path, name))) << name;
    leave();
    (void)value_of(Store::open(path));
    for (const std::string& name : half)
        EXPECT_FALSE(std::filesystem::exists(fmt::format("{}/{}", path, name))) << name;
}

TEST(UnitStoreFolder, HoldsAJournalOfItsImageOrTheOneBefore) {
    const test::TemporaryFolder folder;
    std::vector<std::string> copies;
    auto store = value_of(Store::create(folder.path("s"), config(), ""));
    for (uint32_t generation = 1; generation <= 3; ++generation) {
        store->session().write_word(generation, 0, generation, WriteAlg::kDcw);
        expect_ok(store->commit(false));
        copies.push_back(folder.path("copy" + std::to_string(generation)));
        copy_store(folder.path("s"), copies.back());
        expect_ok(store->close());
        store = value_of(Store::open(folder.path("s")));
    }
    const auto mixed = [&](size_t image, size_t journal) {
        std::string path = folder.path("mixed");
        copy_store(copies[image - 1], path);
        std::filesystem::copy_file(copies[journal - 1] + "/journal", path + "/journal",
                                   std::filesystem::copy_options::overwrite_existing);
        return path;
    };
    for (const auto& [image, journal] : {std::pair<size_t, size_t>{1, 2}, {1, 3}, {2, 3}, {3, 1}}) {
        const std::string path = mixed(image, journal);
        const std::string before = test::read_file(path + "/journal");
        expect_error(Store::open(path), path + "/journal: byte 8",
                     fmt::format("a journal of image {}, but the image beside it is {}", journal, image));
        EXPECT_EQ(test::read_file(path + "/journal"), before);
    }
    for (const auto& [image, journal] : {std::pair<size_t, size_t>{2, 1}, {3, 2}}) {
        const std::string path = mixed(image, journal);
        const auto opened = value_of(Store::open(path));
        EXPECT_NE(opened->recovery().find("nothing is lost"), std::string::npos) << opened->recovery();
        for (uint32_t row = 1; row <= 3; ++row)
            EXPECT_EQ(opened->session().read_word(row, 0), row < image ? row : 0) << row;
        opened->session().write_word(9, 0, 9, WriteAlg::kDcw);
        expect_ok(opened->commit(false));
        copy_store(path, folder.path("again"));
        EXPECT_EQ(value_of(Store::open(folder.path("again")))->session().read_word(9, 0), 9U);
    }
}

}  // namespace
}  // namespace sky::memory
