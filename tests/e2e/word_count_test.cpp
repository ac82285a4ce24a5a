// Question: does the example program in C count words, keep them in its store, and say what is wrong with one?
#include <gtest/gtest.h>

#include <fstream>

#include "tests/e2e/program.hpp"

namespace sky::test {
namespace {

Outcome count(const std::string& folder, const std::string& text) {
    Program program(SKY_WORD_COUNT, {folder});
    program.write(text);
    return program.wait();
}

/// Without its first line, what it has cost.
std::string words_of(const Outcome& outcome) {
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    const size_t end = outcome.out.find('\n');
    const std::string cost = outcome.out.substr(0, end);
    EXPECT_EQ(cost.find("the memory took "), 0U) << cost;
    EXPECT_EQ(cost.find(" 0 skyrmions"), std::string::npos) << cost;
    return outcome.out.substr(end + 1);
}

TEST(E2eWordCount, AddsUpOverSeveralRunsInTheOrderOfTheAlphabet) {
    const TemporaryFolder folder;
    const std::string store = folder.path("words");
    EXPECT_EQ(words_of(count(store, "The zebra, the cat and the internationalisation.")),
              "and           1  +1\n"
              "cat           1  +1\n"
              "internat      1  +1\n"
              "the           3  +3\n"
              "zebra         1  +1\n"
              "5 different words, 7 in all, found again in " +
                  store + "\n");
    EXPECT_EQ(words_of(count(store, "a cat\nis THE cat")),
              "a             1  +1\n"
              "and           1  +0\n"
              "cat           3  +2\n"
              "internat      1  +0\n"
              "is            1  +1\n"
              "the           4  +1\n"
              "zebra         1  +0\n"
              "7 different words, 12 in all, found again in " +
                  store + "\n");
    EXPECT_EQ(folder.names(), std::vector<std::string>{"words"});
}

TEST(E2eWordCount, KeepsAThousandWords) {
    const TemporaryFolder folder;
    std::string text;
    for (int i = 0; i < 5000; ++i) {
        for (int n = i % 1000 + 26 * 26; n > 0; n /= 26) text.push_back(static_cast<char>('a' + n % 26));
        text.push_back(' ');
    }
    const std::string words = words_of(count(folder.path("words"), text));
    EXPECT_NE(words.find("\n1000 different words, 5000 in all"), std::string::npos) << words;
}

TEST(E2eWordCount, SaysWhatIsWrong) {
    const TemporaryFolder folder;
    const std::string text = folder.file("text", "no store");
    const Outcome no_folder = count(text, "words");
    EXPECT_EQ(no_folder.exit_code, 1);
    EXPECT_NE(no_folder.err.find("word_count: cannot make the store: SKYTRACK_FILE: "), std::string::npos)
        << no_folder.err;

    const std::string store = folder.path("words");
    EXPECT_EQ(count(store, "some words").exit_code, 0);
    std::ofstream(store + "/image") << "something else";
    const Outcome damaged = count(store, "more words");
    EXPECT_EQ(damaged.exit_code, 1);
    EXPECT_NE(damaged.err.find("word_count: cannot open the store: SKYTRACK_FILE: "), std::string::npos)
        << damaged.err;

    Program program(SKY_WORD_COUNT, {});
    EXPECT_EQ(program.wait().exit_code, 2);
}

}  // namespace
}  // namespace sky::test
