// Question: are programs loaded as their files say, and is what cannot be run refused with a message that helps?
#include <elf.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "host/regfile/elf_file.hpp"
#include "sysc/model/rv32/machine.hpp"
#include "tests/support/files.hpp"
#include "tests/support/rv32_encode.hpp"

namespace sky::regfile {
namespace {

using model::rv32::Machine;
using model::rv32::MemoryMap;
using model::rv32::Ram;
using model::rv32::StopReason;

/// A file with a code segment at the start of RAM, a data segment with zeroes behind it, and three symbols.
struct Image {
    Elf32_Ehdr header{};
    Elf32_Phdr code{};
    Elf32_Phdr data{};
    std::string code_bytes;
    std::string data_bytes = "data";

    Image() {
        using namespace test::rv32;
        Code program;
        program.emit(lui(5, Ram::kBase + 0x1000));
        program.emit(addi(6, 0, (3 << 1) | 1));
        program.emit(sw(6, 5, 8));
        for (const uint8_t byte : program.bytes()) code_bytes += static_cast<char>(byte);

        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_ident[EI_CLASS] = ELFCLASS32;
        header.e_ident[EI_DATA] = ELFDATA2LSB;
        header.e_ident[EI_VERSION] = EV_CURRENT;
        header.e_type = ET_EXEC;
        header.e_machine = EM_RISCV;
        header.e_version = EV_CURRENT;
        header.e_flags = EF_RISCV_RVC;
        header.e_entry = Ram::kBase;
        header.e_ehsize = sizeof header;
        header.e_phoff = sizeof header;
        header.e_phentsize = sizeof code;
        header.e_phnum = 2;
        header.e_shentsize = sizeof(Elf32_Shdr);
        code.p_type = data.p_type = PT_LOAD;
        code.p_paddr = Ram::kBase;
        code.p_flags = PF_R | PF_X;
        data.p_paddr = Ram::kBase + 0x1000;
        data.p_memsz = 16;
        data.p_flags = PF_R | PF_W;
    }

    [[nodiscard]] std::string bytes() {
        const uint32_t code_at = sizeof header + 2 * sizeof code;
        code.p_offset = code_at;
        code.p_filesz = static_cast<uint32_t>(code_bytes.size());
        if (code.p_memsz == 0) code.p_memsz = code.p_filesz;
        data.p_offset = code_at + code.p_filesz;
        if (data.p_filesz == 0) data.p_filesz = static_cast<uint32_t>(data_bytes.size());

        const std::string names("\0tohost\0main\0other\0", 19);
        const auto symbol = [](uint32_t name, uint32_t value, uint32_t size, unsigned char info) {
            Elf32_Sym one{};
            one.st_name = name;
            one.st_value = value;
            one.st_size = size;
            one.st_info = info;
            one.st_shndx = SHN_ABS;
            return one;
        };
        const std::vector<Elf32_Sym> symbols{
            {},
            symbol(1, Ram::kBase + 0x1004, 0, ELF32_ST_INFO(STB_LOCAL, STT_OBJECT)),
            symbol(8, Ram::kBase + 8, 4, ELF32_ST_INFO(STB_GLOBAL, STT_FUNC)),
            symbol(13, Ram::kBase, 8, ELF32_ST_INFO(STB_LOCAL, STT_FUNC)),
            symbol(1, Ram::kBase + 0x1008, 4, ELF32_ST_INFO(STB_GLOBAL, STT_OBJECT)),
        };
        const auto strings_at = static_cast<uint32_t>(data.p_offset + data_bytes.size());
        const auto symbols_at = static_cast<uint32_t>((strings_at + names.size() + 3) & ~size_t{3});
        const auto sections_at = static_cast<uint32_t>(symbols_at + symbols.size() * sizeof(Elf32_Sym));
        std::vector<Elf32_Shdr> sections(3);
        sections[1].sh_type = SHT_SYMTAB;
        sections[1].sh_offset = symbols_at;
        sections[1].sh_size = static_cast<uint32_t>(symbols.size() * sizeof(Elf32_Sym));
        sections[1].sh_link = 2;
        sections[1].sh_info = 2;
        sections[1].sh_addralign = 4;
        sections[1].sh_entsize = sizeof(Elf32_Sym);
        sections[2].sh_type = SHT_STRTAB;
        sections[2].sh_offset = strings_at;
        sections[2].sh_size = static_cast<uint32_t>(names.size());
        sections[2].sh_addralign = 1;
        header.e_shoff = sections_at;
        header.e_shnum = static_cast<uint16_t>(sections.size());
        header.e_shstrndx = 2;

        const auto raw = [](const auto& object) {
            return std::string(reinterpret_cast<const char*>(&object), sizeof object);
        };
        std::string all = raw(header) + raw(code) + raw(data) + code_bytes + data_bytes + names;
        all.resize(symbols_at);
        for (const Elf32_Sym& one : symbols) all += raw(one);
        for (const Elf32_Shdr& one : sections) all += raw(one);
        return all;
    }
};

class UnitElfFile : public ::testing::Test {
   protected:
    Result<ElfFile> read(const std::string& content) { return ElfFile::read(folder_.file("program.elf", content)); }
    /// The message for what is not a program, which names the file and holds `part` in its first line.
    void expect_refused(const std::string& content, const std::string& part) {
        const Result<ElfFile> file = read(content);
        ASSERT_FALSE(file.ok()) << part;
        const std::string message = file.status().message();
        EXPECT_NE(message.find("program.elf"), std::string::npos) << message;
        EXPECT_NE(message.substr(0, message.find('\n')).find(part), std::string::npos) << message;
        EXPECT_NE(message.find('\n'), std::string::npos) << "what to do about it: " << message;
    }
    void expect_refused(const std::function<void(Image&)>& change, const std::string& part) {
        Image image;
        change(image);
        expect_refused(image.bytes(), part);
    }

    test::TemporaryFolder folder_;
};

TEST_F(UnitElfFile, IsLoadedSegmentBySegmentAndRuns) {
    const Result<ElfFile> file = read(Image().bytes());
    ASSERT_TRUE(file.ok()) << file.status().message();
    EXPECT_EQ(file.value().entry(), Ram::kBase);
    ASSERT_EQ(file.value().segments().size(), 2U);
    EXPECT_TRUE(file.value().segments()[0].executable);
    EXPECT_FALSE(file.value().segments()[1].executable);
    EXPECT_EQ(file.value().segments()[1].memory_bytes, 16U);

    Machine machine({});
    const std::vector<uint8_t> dirt(64, 0xee);
    ASSERT_TRUE(machine.write_memory(Ram::kBase + 0x1000, dirt));
    const Status loaded = file.value().load(machine);
    ASSERT_TRUE(loaded.ok()) << loaded.message();
    std::vector<uint8_t> data(17);
    ASSERT_TRUE(machine.read_memory(Ram::kBase + 0x1000, data));
    EXPECT_EQ(std::string(data.begin(), data.begin() + 4), "data");
    for (size_t i = 4; i < 16; ++i) EXPECT_EQ(data[i], 0) << "what the file does not hold is zero";
    EXPECT_EQ(data[16], 0xee);
    EXPECT_EQ(machine.run({.instructions = 100}).reason, StopReason::kToHost) << machine.stop().message();
    EXPECT_EQ(machine.stop().exit_code, 3U);
}

TEST_F(UnitElfFile, KnowsSymbolsAndFunctions) {
    const Result<ElfFile> file = read(Image().bytes());
    ASSERT_TRUE(file.ok()) << file.status().message();
    EXPECT_EQ(file.value().symbol("tohost"), Ram::kBase + 0x1008) << "the global one, not the local one";
    EXPECT_EQ(file.value().symbol("nobody"), std::nullopt);
    ASSERT_EQ(file.value().functions().size(), 2U);
    EXPECT_EQ(file.value().functions()[0].name, "other");
    EXPECT_EQ(file.value().functions()[1].name, "main");
    EXPECT_EQ(file.value().functions()[1].address, Ram::kBase + 8);
    EXPECT_EQ(file.value().functions()[1].bytes, 4U);
}

TEST_F(UnitElfFile, StartsAtItsEntry) {
    Image image;
    image.header.e_entry = Ram::kBase + 4;
    const Result<ElfFile> file = read(image.bytes());
    ASSERT_TRUE(file.ok()) << file.status().message();
    Machine machine({});
    ASSERT_TRUE(file.value().load(machine).ok());
    EXPECT_EQ(machine.pc(), Ram::kBase + 4);
}

TEST_F(UnitElfFile, MayFillTheSavePage) {
    Image image;
    image.data.p_paddr = MemoryMap::kSavePageBase;
    image.data.p_memsz = MemoryMap::kSavePageBytes;
    const Result<ElfFile> file = read(image.bytes());
    ASSERT_TRUE(file.ok()) << file.status().message();
    Machine machine({});
    EXPECT_TRUE(file.value().load(machine).ok());
}

TEST_F(UnitElfFile, IsRefusedWhenItIsNone) {
    expect_refused(std::string(), "empty file");
    expect_refused(std::string("#!/bin/sh\n"), "not an ELF file");
    expect_refused(std::string(ELFMAG), "");
    const Result<ElfFile> missing = ElfFile::read(folder_.path("nothing.elf"));
    ASSERT_FALSE(missing.ok());
    EXPECT_NE(missing.status().message().find("No such file"), std::string::npos) << missing.status().message();
    const Result<ElfFile> directory = ElfFile::read(folder_.path());
    ASSERT_FALSE(directory.ok());
    EXPECT_NE(directory.status().message().find("folder"), std::string::npos) << directory.status().message();
}

TEST_F(UnitElfFile, IsRefusedWhenItIsForSomethingElse) {
    expect_refused([](Image& i) { i.header.e_machine = EM_X86_64; }, "machine 62");
    expect_refused([](Image& i) { i.header.e_type = ET_REL; }, "not linked");
    expect_refused([](Image& i) { i.header.e_type = ET_DYN; }, "position-independent");
    expect_refused([](Image& i) { i.header.e_flags |= EF_RISCV_RVE; }, "RV32E");
    expect_refused([](Image& i) { i.header.e_flags |= EF_RISCV_FLOAT_ABI_SINGLE; }, "single-precision");
    expect_refused([](Image& i) { i.header.e_flags |= EF_RISCV_FLOAT_ABI_DOUBLE; }, "double-precision");
    // Headers of another width or order have other layouts; enough of them is there to tell.
    Elf64_Ehdr wide{};
    std::memcpy(wide.e_ident, ELFMAG, SELFMAG);
    wide.e_ident[EI_CLASS] = ELFCLASS64;
    wide.e_ident[EI_DATA] = ELFDATA2LSB;
    wide.e_ident[EI_VERSION] = EV_CURRENT;
    wide.e_machine = EM_RISCV;
    expect_refused(std::string(reinterpret_cast<const char*>(&wide), sizeof wide), "64-bit");
    Elf32_Ehdr big{};
    std::memcpy(big.e_ident, ELFMAG, SELFMAG);
    big.e_ident[EI_CLASS] = ELFCLASS32;
    big.e_ident[EI_DATA] = ELFDATA2MSB;
    big.e_ident[EI_VERSION] = EV_CURRENT;
    big.e_machine = static_cast<uint16_t>(EM_RISCV << 8);
    expect_refused(std::string(reinterpret_cast<const char*>(&big), sizeof big), "big endian");
}

TEST_F(UnitElfFile, IsRefusedWhenItDoesNotFit) {
    expect_refused([](Image& i) { i.data.p_paddr = 0x1000; }, "outside the memory");
    expect_refused([](Image& i) { i.data.p_paddr = MemoryMap::kSkrmBase; }, "outside the memory");
    expect_refused([](Image& i) { i.data.p_memsz = MemoryMap::kRamBytes; }, "outside the memory");
    expect_refused([](Image& i) { i.data.p_paddr = 0xfffffff8; }, "outside the memory");
    expect_refused([](Image& i) { i.data.p_memsz = 2; }, "more bytes in the file");
    expect_refused([](Image& i) { i.data.p_filesz = 0x10000, i.data.p_memsz = 0x10000; }, "cut off");
    expect_refused([](Image& i) { i.code.p_type = i.data.p_type = PT_NOTE; }, "no loadable segment");
    expect_refused([](Image& i) { i.data.p_paddr = Ram::kBase + 8; }, "0x80000000 to 0x8000000b and 0x80000008");
    expect_refused([](Image& i) { i.code.p_memsz = 0x1001; }, "overlap");
    expect_refused([](Image& i) { i.header.e_entry = Ram::kBase + 0x1000; }, "entry");
    expect_refused([](Image& i) { i.header.e_entry = Ram::kBase + 1; }, "entry");
    expect_refused([](Image& i) { i.header.e_entry = 0; }, "entry");
    const Result<ElfFile> file = read(Image().bytes());
    ASSERT_TRUE(file.ok());
    Machine small({.ram_bytes = 0x1000});
    EXPECT_FALSE(file.value().load(small).ok());
}

TEST_F(UnitElfFile, NeverBreaksOnAFileThatIsCutOffAnywhere) {
    const std::string whole = Image().bytes();
    for (size_t length = 0; length < whole.size(); ++length) {
        const Result<ElfFile> file = read(whole.substr(0, length));
        if (file.ok()) {
            // Only the symbols may be missing.
            EXPECT_EQ(file.value().segments().size(), 2U) << length;
        } else {
            EXPECT_NE(file.status().message().find("program.elf"), std::string::npos) << length;
        }
    }
}

}  // namespace
}  // namespace sky::regfile
