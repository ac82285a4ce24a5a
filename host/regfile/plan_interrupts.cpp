#include "host/regfile/plan_interrupts.hpp"

#include <algorithm>
#include <span>

#include "host/regfile/assemble.hpp"
#include "host/regfile/migration.hpp"
#include "sysc/model/rv32/csr_file.hpp"

namespace sky::regfile {

namespace {

namespace csr = model::rv32::csr;

constexpr uint32_t kSecond = 6;  // beside PlanImage::kScratch, while a window is found

/// Entries of the table in the match unit together, and the addresses for which these are all there are.
struct Window {
    size_t first = 0;
    size_t count = 0;
    uint32_t low = 0;
    uint32_t high = ~uint32_t{0};  // which no instruction has
};

/// A window ends where the function begins that the next entry is in, or at that entry: so loops and what they call
/// cross as few borders as can be without knowing the program.
uint32_t border(const ElfFile& elf, uint32_t last_inside, uint32_t next) {
    uint32_t at = next;
    for (const ElfFile::Function& function : elf.functions())
        if (function.address > last_inside && function.address <= next) at = function.address;
    return at;
}

std::vector<Window> windows_of(const ElfFile& elf, const std::vector<Recommendation>& table) {
    if (table.empty()) return {Window{}};
    std::vector<Window> windows;
    for (size_t first = 0; first < table.size(); first += kMatchEntries) {
        Window window{.first = first, .count = std::min<size_t>(kMatchEntries, table.size() - first)};
        if (!windows.empty()) {
            window.low =
                border(elf, static_cast<uint32_t>(table[first - 1].pc), static_cast<uint32_t>(table[first].pc));
            windows.back().high = window.low;
        }
        windows.push_back(window);
    }
    return windows;
}

/// What goes to one address: trap vector, migrations, windows, start.
class Interrupts {
   public:
    Interrupts(uint32_t address, const std::vector<Recommendation>& table, std::vector<Window> windows,
               uint32_t entry)
        : image_(address, migration_entry()), table_(table), windows_(std::move(windows)) {
        for (const Recommendation& r : table) {
            migrations_.push_back(image_.here());
            image_.append(migration_code(r.live, r.mode));
        }
        const uint32_t change = image_.here();
        if (windows_.size() > 1) change_window();
        start_ = image_.here();
        if (windows_.size() > 1) {
            image_.set_csr(csr::kRfmiss, change);
            load(window_with(entry));
        } else {
            fill(windows_.front());
        }
        image_.take_traps();
        image_.enable();
        go_to(entry);
    }

    [[nodiscard]] uint32_t start() const { return start_; }
    [[nodiscard]] ElfFile::Segment segment() const { return image_.segment(); }

   private:
    void fill(const Window& window) {
        for (uint32_t i = 0; i < window.count; ++i) {
            const Recommendation& r = table_[window.first + i];
            image_.append(assemble::csrwi(csr::kRfentry, i));
            image_.set_csr(csr::kRfentryPc, static_cast<uint32_t>(r.pc));
            image_.append(assemble::csrwi(csr::kRfentryMode, static_cast<uint32_t>(r.mode)));
            image_.set_csr(csr::kRfentryMask, migrations_[window.first + i]);
        }
    }

    /// Entries of the window before may stay behind the last: outside of the window they are not looked at.
    void load(const Window& window) {
        fill(window);
        image_.set_csr(csr::kRflow, window.low);
        image_.set_csr(csr::kRfhigh, window.high);
    }

    [[nodiscard]] const Window& window_with(uint32_t pc) const {
        return *std::find_if(windows_.begin(), windows_.end(), [pc](const Window& w) { return pc < w.high; });
    }

    /// x5 is in its slot already. Finds the window that mepc is in, from the highest down.
    void change_window() {
        constexpr uint32_t kX5 = PlanImage::kScratch;
        image_.append(assemble::sw(kSecond, 0, save_slot(kSecond)));
        image_.append(assemble::csrr(kX5, csr::kMepc));
        std::vector<uint32_t> jumps;  // of the windows from the last on
        for (size_t i = windows_.size() - 1; i > 0; --i) {
            image_.constant(kSecond, windows_[i].low);
            image_.append(assemble::bltu(kX5, kSecond, 8));
            jumps.push_back(image_.here());
            image_.append(0);
        }
        for (size_t i = 0; i < windows_.size(); ++i) {
            if (i != 0) patch_jump(jumps[windows_.size() - 1 - i]);
            load(windows_[i]);
            image_.append(assemble::lw(kSecond, 0, save_slot(kSecond)));
            image_.append(assemble::lw(kX5, 0, save_slot(kX5)));
            image_.append(assemble::kMret);
        }
    }

    /// To here.
    void patch_jump(uint32_t at) {
        const uint32_t index = static_cast<uint32_t>(image_.words().size()) - (image_.here() - at) / 4;
        image_.words()[index] = assemble::jal(0, static_cast<int32_t>(image_.here() - at));
    }

    void go_to(uint32_t entry) {
        if (windows_.size() == 1) {
            image_.append(assemble::csrsi(csr::kMstatus, csr::kMstatusMie));
            assemble::jump(image_.words(), PlanImage::kScratch, entry);
            return;
        }
        // This code is outside of the window: interrupts are on from the entry on.
        image_.constant(PlanImage::kScratch, csr::kMstatusMpie);
        image_.append(assemble::csrs(csr::kMstatus, PlanImage::kScratch));
        image_.set_csr(csr::kMepc, entry);
        image_.append(assemble::kMret);
    }

    PlanImage image_;
    const std::vector<Recommendation>& table_;
    std::vector<Window> windows_;
    std::vector<uint32_t> migrations_;
    uint32_t start_ = 0;
};

}  // namespace

Result<PlannedProgram> with_interrupts(const ElfFile& elf, const Plan& plan, uint32_t address) {
    const std::vector<Recommendation>& table = plan.table.recommendations;
    PlannedProgram out{.elf = elf, .added = {}};
    Result<std::set<uint32_t>> redirected = take_traps_over(out.elf, table, plan.roots);
    if (!redirected.ok()) return redirected.status();
    std::vector<Window> windows = windows_of(elf, table);
    out.windows = static_cast<uint32_t>(windows.size());
    const Interrupts code(address, table, std::move(windows), elf.entry());
    out.added = {code.segment(), {}, std::move(redirected.value())};
    for (const Recommendation& r : table) out.added.modes[static_cast<uint32_t>(r.pc)] = r.mode;
    if (Status status = check_place(out.elf, out.added); !status.ok()) return status;
    out.elf.add_segment(out.added);
    out.elf.set_entry(code.start());
    return out;
}

}  // namespace sky::regfile
