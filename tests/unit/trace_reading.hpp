#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "host/memory/packed_file.hpp"
#include "host/memory/trace.hpp"
#include "tests/support/device.hpp"
#include "tests/support/files.hpp"

namespace sky::memory {

inline constexpr uint64_t kTraceTracks = 1024;

inline TraceTarget trace_target() {
    return {.geometry = test::geometry(64, 32, kTraceTracks), .write_alg = WriteAlg::kDcw};
}

struct ReadTrace {
    std::vector<TraceRecord> records;
    Status status;
};

inline ReadTrace read_all(const std::string& path, const TraceTarget& to = trace_target()) {
    ReadTrace all;
    Result<std::unique_ptr<TraceReader>> reader = TraceReader::open(path, to);
    if (!reader.ok()) return {{}, reader.status()};
    for (TraceRecord record;;) {
        Result<bool> more = reader.value()->next(record);
        if (!more.ok()) all.status = more.status();
        if (!more.ok() || !more.value()) return all;
        all.records.push_back(record);
    }
}

/// Every message names the place, what is wrong there, and behind a line break what was expected.
inline void expect_message(const Status& status, const std::string& place, const std::string& what,
                           const std::string& expected) {
    ASSERT_FALSE(status.ok()) << "expected an error with: " << what;
    const std::string& message = status.message();
    const size_t remedy = message.find('\n');
    ASSERT_NE(remedy, std::string::npos) << message;
    EXPECT_EQ(message.find(place), 0U) << message << "\nexpected at: " << place;
    EXPECT_NE(message.substr(0, remedy).find(what), std::string::npos) << message << "\nexpected: " << what;
    EXPECT_NE(message.substr(remedy).find(expected), std::string::npos) << message << "\nexpected: " << expected;
}

inline void expect_error(const std::string& content, const std::string& place, const std::string& what,
                         const std::string& expected, const TraceTarget& to = trace_target()) {
    const test::TemporaryFolder folder;
    expect_message(read_all(folder.file("t", content), to).status, folder.path("t") + place, what, expected);
}

/// The same bytes packed as a file whose name ends so.
inline std::string packed(const std::string& content, const std::string& suffix) {
    const test::TemporaryFolder folder;
    Result<std::unique_ptr<PackedFile>> file = PackedFile::create(folder.path("f" + suffix));
    EXPECT_TRUE(file.ok());
    file.value()->write(content);
    EXPECT_TRUE(file.value()->commit().ok());
    return test::read_file(folder.path("f" + suffix));
}

}  // namespace sky::memory
