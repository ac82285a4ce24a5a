#include <fmt/format.h>

#include "host/cli/command.hpp"
#include "host/cli/kv_store.hpp"
#include "host/cli/kv_store_options.hpp"
#include "host/cli/terminal.hpp"

namespace sky::cli {

namespace {

/// What was found in a store.
struct Findings {
    std::string index;  ///< the first invariant that does not hold; empty: all do
    uint64_t expected_ones = 0;
    uint64_t ones = 0;

    [[nodiscard]] bool conserved() const { return ones == expected_ones; }
    [[nodiscard]] bool good() const { return index.empty() && conserved(); }
    /// One sentence; empty when all is well.
    [[nodiscard]] std::string problem() const {
        if (!index.empty()) return index;
        if (conserved()) return {};
        return fmt::format("the rows hold {} skyrmions, and those at the opening, plus injected, less removed are {}",
                           ones, expected_ones);
    }
};

Findings examine(KvStore& store) {
    Findings findings;
    findings.index = store.index().verify();
    store.session().drain();
    const memory::Counters& counters = store.session().counters();
    findings.expected_ones =
        store.ones_at_open() + counters[memory::Counter::kInjects] - counters[memory::Counter::kRemoves];
    findings.ones = store.ones();
    return findings;
}

Row row_of(KvStore& store, const Findings& findings) {
    Row row;
    row.text("index", index::to_string(store.index().kind()));
    row.count("records", store.note().records, "records of the load");
    row.count("value_bytes", store.note().value_bytes, "bytes");
    row.flag("good", findings.good(), "everything below holds");
    row.flag("index_good", findings.index.empty(), "order, levels, slots and value references of the index");
    row.flag("skyrmions_conserved", findings.conserved(),
             "at the opening, plus injected, less removed, are there now");
    row.count("skyrmions", findings.ones, "ones of all rows");
    row.text("problem", findings.problem());
    row.device(store.session().counters(), store.session().timing());
    add_store(row, store);
    return row;
}

}  // namespace

int kv_verify(const Call& call) {
    CommandLine line({.name = "kv verify",
                      .synopsis = "skytrack kv verify FOLDER [options]",
                      .about =
                          "Recovers a store and checks it: that image and journal are sound, the invariants of the "
                          "index, that each value\nis referred to once, and that no skyrmion is lost. Nothing is "
                          "committed; what a kill left half done is cut off.\nExit code 1 when something does not "
                          "hold.",
                      .examples = "  skytrack kv verify store\n"
                                  "  skytrack kv verify store --json\n"});
    add_store_argument(line);
    Command command(line, call, adjust_to_store);
    if (command.done()) return command.exit_code();
    const Result<std::unique_ptr<KvStore>> store = open_store(line, command);
    if (!store.ok()) return command.fail(store.status());
    const Findings findings = examine(*store.value());
    Report report = command.report();
    report.seed = store.value()->note().seed;
    report.rows.push_back(row_of(*store.value(), findings));
    report.statistics.push_back(store.value()->index().statistics());
    if (const Status status = command.finish(report); !status.ok()) return command.fail(status);
    if (findings.good()) return kDone;
    print_error(
        fmt::format("{}\nrestore the store from a copy, and report this with how it came about", findings.problem()));
    return kFailure;
}

}  // namespace sky::cli
