// Question: do the example programs of the offload mechanisms show what they are written to show, and say what is
// wrong?
#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/program.hpp"

namespace sky::test {
namespace {

Outcome run(const std::string& name, const std::vector<std::string>& arguments) {
    return Program(std::string(SKY_EXAMPLES) + "/" + name, arguments).wait();
}

TEST(E2eOffloadExamples, TheFusedCheckFindsWhatTheChainFindsWithoutTemporaries) {
    const Outcome outcome = run("overflow", {"100000"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.out,
              "fused: fine, with an infinity overflow; 0 bytes of temporaries\n"
              "chain: fine, with an infinity overflow; 500000 bytes of temporaries\n");
    for (const char* elements : {"none", "0", "-1", "12abc", "99999999999999"})
        EXPECT_EQ(run("overflow", {elements}).exit_code, 2) << elements;
}

TEST(E2eOffloadExamples, AnExactArenaTakesWhatIsAskedFor) {
    const Outcome outcome = run("pinned", {});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "46731264 bytes asked for, 46731264 in one exact arena, 83886080 in powers of two\n");
}

TEST(E2eOffloadExamples, StepsFromADiskGiveTheBitsOfStepsInMemory) {
    const TemporaryFolder folder;
    const Outcome outcome = run("optimizer", {folder.path()});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.out,
              "after 10 steps the same bits as in memory; 6815744 bytes of buffers for 12000000 of states\n");
    EXPECT_EQ(run("optimizer", {}).exit_code, 2);
    EXPECT_EQ(run("optimizer", {folder.path("none")}).exit_code, 1);
}

TEST(E2eOffloadExamples, TensorsAreBackAfterANewOpening) {
    const TemporaryFolder folder;
    const Outcome outcome = run("tensors", {folder.path()});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.out.find("'embed_tokens' is back: "), 0U) << outcome.out;
    EXPECT_EQ(folder.names(), (std::vector<std::string>{"disk0", "disk1"}));
    const Outcome again = run("tensors", {folder.path()});
    EXPECT_EQ(again.exit_code, 1);
    EXPECT_NE(again.err.find("is there already"), std::string::npos) << again.err;
}

}  // namespace
}  // namespace sky::test
