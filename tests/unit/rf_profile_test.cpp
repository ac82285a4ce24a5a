// What does a profile say, is it the same again from its file, and what is refused?
#include <gtest/gtest.h>

#include <algorithm>

#include "host/regfile/block_graph.hpp"
#include "host/regfile/profile_file.hpp"
#include "tests/support/files.hpp"
#include "tests/support/flow_program.hpp"

namespace sky::regfile {
namespace {

constexpr uint32_t kBase = test::FlowProgram::kBase;

/// A loop of three, then the exit device: 0: addi x5, x0, 3   4: addi x5, x5, -1   8: bne x5, x0, -4
/// c: lui x6, 0x10000   10: sw x0, 4(x6)   14: c.nop
const std::vector<uint16_t> kLoop{0x0293, 0x0030, 0x8293, 0xfff2, 0x9ee3, 0xfe02,
                                  0x0337, 0x1000, 0x2223, 0x0003, 0x0001};

class RfProfile : public testing::Test {
   protected:
    ElfFile program(const std::vector<uint16_t>& code, uint32_t entry = kBase) {
        Result<ElfFile> elf = ElfFile::read(folder_.file("program.elf", test::elf_of(code, entry)));
        EXPECT_TRUE(elf.ok()) << elf.status().message();
        return elf.ok() ? std::move(elf.value()) : ElfFile();
    }
    static Profile profile_of(const ElfFile& elf) {
        const Result<ProfileRun> run = profile_program(elf, {});
        EXPECT_TRUE(run.ok()) << run.status().message();
        return run.ok() ? run.value().profile : Profile();
    }
    std::string saved(const Profile& profile, const Code& code) {
        const Result<BlockGraph> blocks = BlockGraph::make(code, profile);
        EXPECT_TRUE(blocks.ok()) << blocks.status().message();
        std::string path = folder_.path("profile.json");
        EXPECT_TRUE(save_profile(path, profile, blocks.value(), code).ok());
        return path;
    }
    test::TemporaryFolder folder_;
};

TEST_F(RfProfile, CountsBlocksAndEdgesOfALoop) {
    const ElfFile elf = program(kLoop);
    const Profile profile = profile_of(elf);
    EXPECT_EQ(profile.instructions, 9);
    EXPECT_EQ(profile.next, kBase + 0x14);
    const std::vector<Transfer> expected{{.kind = Departure::kJump, .from = kBase + 8, .to = kBase + 4, .count = 2}};
    EXPECT_EQ(profile.transfers, expected);

    const Result<BlockGraph> blocks = BlockGraph::make(Code(elf), profile);
    ASSERT_TRUE(blocks.ok()) << blocks.status().message();
    std::vector<std::pair<uint64_t, uint64_t>> counts;
    for (const Block& block : blocks.value().blocks())
        if (block.instructions != 0) counts.emplace_back(block.first, block.count);
    const std::vector<std::pair<uint64_t, uint64_t>> frequencies{{kBase, 1}, {kBase + 4, 3}, {kBase + 0xc, 1}};
    EXPECT_EQ(counts, frequencies);
}

TEST_F(RfProfile, ComesBackFromItsFileAsItWas) {
    for (uint64_t seed = 1; seed < 20; ++seed) {
        const test::FlowProgram random = test::make_flow_program(seed);
        const ElfFile elf = program(random.code, random.entry);
        const Profile profile = profile_of(elf);
        const Code code(elf);
        const Result<LoadedProfile> loaded = load_profile(saved(profile, code), code);
        ASSERT_TRUE(loaded.ok()) << loaded.status().message();
        EXPECT_EQ(loaded.value().profile, profile);
    }
}

TEST_F(RfProfile, OfOtherCodeIsRefused) {
    const ElfFile elf = program(kLoop);
    const std::string path = saved(profile_of(elf), Code(elf));
    std::vector<uint16_t> other = kLoop;
    other[1] = 0x0040;  // four times round
    const Result<LoadedProfile> loaded = load_profile(path, Code(program(other)));
    ASSERT_FALSE(loaded.ok());
    EXPECT_NE(loaded.status().message().find("made of other code"), std::string::npos) << loaded.status().message();
    other = kLoop;
    other[5] = 0x0002;  // branches elsewhere
    EXPECT_FALSE(load_profile(path, Code(program(other))).ok());
    EXPECT_FALSE(load_profile(path, Code(program({0x0001, 0xa001}))).ok()) << "shorter";
}

TEST_F(RfProfile, ThatIsCutOffOrNoProfileIsRefused) {
    const ElfFile elf = program(kLoop);
    const std::string content = test::read_file(saved(profile_of(elf), Code(elf)));
    for (const size_t bytes : {size_t{0}, size_t{1}, content.size() / 2, content.size() - 3}) {
        const auto loaded = load_profile(folder_.file("cut.json", content.substr(0, bytes)), Code(elf));
        ASSERT_FALSE(loaded.ok()) << bytes;
        EXPECT_NE(loaded.status().message().find("cut.json"), std::string::npos);
        EXPECT_NE(loaded.status().message().find("skytrack rf profile"), std::string::npos);
    }
    for (const char* text :
         {"[]", "{}", "3", R"({"format": "skytrack rf plan"})", R"({"format": "skytrack rf profile", "version": 2})",
          R"({"format": "skytrack rf profile", "version": 1, "entry": "0x80000000"})"})
        EXPECT_FALSE(load_profile(folder_.file("bad.json", text), Code(elf)).ok()) << text;
    EXPECT_FALSE(load_profile(folder_.path("missing.json"), Code(elf)).ok());
}

TEST_F(RfProfile, WithFrequenciesThatCannotBeIsRefused) {
    const ElfFile elf = program(kLoop);
    const Code code(elf);
    Profile profile = profile_of(elf);
    for (Profile wrong : {profile, profile, profile, profile}) {
        static int which = 0;
        switch (which++) {
            case 0: wrong.transfers[0].count = 3; break;
            case 1: wrong.transfers[0].to = kBase; break;
            case 2: wrong.instructions += 1; break;
            default: wrong.transfers.push_back({.from = kBase + 0x40, .to = kBase + 0x44, .count = 1}); break;
        }
        EXPECT_FALSE(BlockGraph::make(code, wrong).ok()) << "case " << which - 1;
    }
}

TEST_F(RfProfile, OfAProgramThatChangesItsCodeIsRefused) {
    // 0: auipc x5, 0   4: addi x6, x0, 5   8: sh x6, 0x14(x5)   c: lui x7, 0x10000   10: c.nop, four times
    // 18: sw x0, 4(x7)
    const std::vector<uint16_t> code{0x0297, 0x0000, 0x0313, 0x0050, 0x9a23, 0x0062, 0x03b7, 0x1000,
                                     0x0001, 0x0001, 0x0001, 0x0001, 0xa223, 0x0003, 0x0001};
    const Result<ProfileRun> run = profile_program(program(code), {});
    ASSERT_FALSE(run.ok());
    EXPECT_NE(run.status().message().find("changed its own code"), std::string::npos) << run.status().message();
}

TEST_F(RfProfile, OfAProgramThatRunsWhatItHasWrittenIsRefused) {
    // 0: lui x5, 0x80100   4: lui x6, 0x8   8: addi x6, x6, 0x67 (jalr x0, 0(x1))   c: sw x6, 0(x5)   10: fence.i
    // 14: jalr x1, 0(x5)   18: lui x7, 0x10000   1c: sw x0, 4(x7)
    const std::vector<uint16_t> code{0x02b7, 0x8010, 0x8337, 0x0000, 0x0313, 0x0673, 0xa023, 0x0062, 0x100f,
                                     0x0000, 0x80e7, 0x0002, 0x03b7, 0x1000, 0xa223, 0x0003, 0x0001};
    const Result<ProfileRun> run = profile_program(program(code), {});
    ASSERT_FALSE(run.ok());
    for (const char* text : {"written or copied itself", "0x80100000", "does not write code"})
        EXPECT_NE(run.status().message().find(text), std::string::npos) << run.status().message();
    EXPECT_EQ(run.status().message().find("rf profile"), std::string::npos) << "which it was called for";
}

TEST_F(RfProfile, OfARunThatWasStoppedSaysSoInItsFile) {
    const ElfFile elf = program({0xa001});
    const Result<ProfileRun> run = profile_program(elf, {.advance = [](uint64_t) { return false; }});
    ASSERT_TRUE(run.ok()) << run.status().message();
    EXPECT_TRUE(run.value().profile.partial);
    const Code code(elf);
    const Result<LoadedProfile> loaded = load_profile(saved(run.value().profile, code), code);
    ASSERT_TRUE(loaded.ok()) << loaded.status().message();
    EXPECT_EQ(loaded.value().profile, run.value().profile);
    EXPECT_FALSE(profile_of(program(kLoop)).partial);
}

TEST_F(RfProfile, OfAProgramThatDoesNotEndIsRefused) {
    const Result<ProfileRun> run = profile_program(program({0xa001}), {.max_instructions = 1000});
    ASSERT_FALSE(run.ok());
    EXPECT_NE(run.status().message().find("--max-instructions"), std::string::npos) << run.status().message();
}

}  // namespace
}  // namespace sky::regfile
