#include "host/regfile/elf_writer.hpp"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <span>
#include <vector>

#include "host/memory/new_file.hpp"
#include "host/memory/printable.hpp"

namespace sky::regfile {

namespace {

constexpr size_t kAlign = 4;

class Writer {
   public:
    explicit Writer(const ElfFile& elf) : elf_(elf) {
        std::ifstream in(elf.path(), std::ios::binary);
        file_.assign(std::istreambuf_iterator<char>(in), {});
    }

    Status change() {
        if (!read_headers() || !put_segments())
            return Status::error(fmt::format("{} is no longer the file that was read\nrun the command again",
                                             memory::printable_name(elf_.path())));
        for (size_t i = known_; i < elf_.segments().size(); ++i) add(elf_.segments()[i]);
        if (programs_.size() > PN_XNUM - 1)
            return Status::error("the program has too many segments for one more\nlink it with fewer");
        pad();
        header_.e_phoff = static_cast<Elf32_Off>(file_.size());
        header_.e_phnum = static_cast<Elf32_Half>(programs_.size());
        header_.e_entry = elf_.entry();
        append(programs_.data(), programs_.size() * sizeof programs_[0]);
        std::memcpy(file_.data(), &header_, sizeof header_);
        return {};
    }
    [[nodiscard]] std::string_view bytes() const { return file_; }

   private:
    bool read_headers() {
        if (file_.size() < sizeof header_) return false;
        std::memcpy(&header_, file_.data(), sizeof header_);
        const size_t bytes = size_t{header_.e_phnum} * sizeof(Elf32_Phdr);
        if (header_.e_phentsize != sizeof(Elf32_Phdr) || header_.e_phoff > file_.size() ||
            bytes > file_.size() - header_.e_phoff)
            return false;
        programs_.resize(header_.e_phnum);
        std::memcpy(programs_.data(), file_.data() + header_.e_phoff, bytes);
        // A segment that describes the table itself would describe the old one.
        for (Elf32_Phdr& program : programs_)
            if (program.p_type == PT_PHDR) program.p_type = PT_NULL;
        return true;
    }

    /// Those of the file, as they are now.
    bool put_segments() {
        for (const Elf32_Phdr& program : programs_) {
            if (program.p_type != PT_LOAD || program.p_memsz == 0) continue;
            if (known_ == elf_.segments().size()) return false;
            const ElfFile::Segment& segment = elf_.segments()[known_++];
            if (program.p_paddr != segment.address || program.p_filesz != segment.bytes.size() ||
                program.p_offset > file_.size() || program.p_filesz > file_.size() - program.p_offset)
                return false;
            std::copy(segment.bytes.begin(), segment.bytes.end(),
                      file_.begin() + static_cast<std::ptrdiff_t>(program.p_offset));
        }
        return true;
    }

    void add(const ElfFile::Segment& segment) {
        pad();
        programs_.push_back({.p_type = PT_LOAD,
                             .p_offset = static_cast<Elf32_Off>(file_.size()),
                             .p_vaddr = segment.address,
                             .p_paddr = segment.address,
                             .p_filesz = static_cast<Elf32_Word>(segment.bytes.size()),
                             .p_memsz = segment.memory_bytes,
                             .p_flags = segment.executable ? Elf32_Word{PF_R | PF_X} : Elf32_Word{PF_R | PF_W},
                             .p_align = kAlign});
        append(segment.bytes.data(), segment.bytes.size());
    }

    void pad() { file_.resize((file_.size() + kAlign - 1) / kAlign * kAlign); }
    void append(const void* bytes, size_t count) { file_.append(static_cast<const char*>(bytes), count); }

    const ElfFile& elf_;
    std::string file_;
    Elf32_Ehdr header_{};
    std::vector<Elf32_Phdr> programs_;
    size_t known_ = 0;
};

}  // namespace

Status write_elf(const ElfFile& elf, const std::string& path) {
    Writer writer(elf);
    if (Status status = writer.change(); !status.ok()) return status;
    Result<std::unique_ptr<memory::NewFile>> file = memory::NewFile::create(path);
    if (!file.ok()) return file.status();
    file.value()->write(writer.bytes());
    return file.value()->commit();
}

}  // namespace sky::regfile
