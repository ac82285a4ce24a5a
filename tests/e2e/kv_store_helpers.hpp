#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/e2e/program.hpp"

namespace sky::test {

/// Of the line of an entry with a value of 8 bytes.
inline constexpr uint64_t kLineBytes = 34;

using Lines = std::vector<std::string>;

/// The arguments of `kv NAME` on the store, with more behind them.
[[nodiscard]] std::vector<std::string> kv(const std::string& name, const std::string& store,
                                          const std::vector<std::string>& more = {});
/// The same for a load into a small memory, of `records` records.
[[nodiscard]] std::vector<std::string> small_load(const std::string& store, const std::string& records,
                                                  const std::vector<std::string>& more = {});

/// Runs and returns the only row of results.
nlohmann::json kv_row(const std::vector<std::string>& arguments);
/// Runs, expects exit code 2, nothing on standard output, and both texts in the message.
void expect_refused(const std::vector<std::string>& arguments, const std::string& what, const std::string& remedy);

/// The lines of the text, without a last one that has no end.
[[nodiscard]] Lines lines_of(const std::string& text);
/// What kv dump prints of the store.
[[nodiscard]] Lines dump_of(const std::string& store);
/// Every file of a store with its bytes.
[[nodiscard]] std::map<std::string, std::string> files_of(const std::string& store);

/// Starts the program, kills it as soon as `file` has so many bytes, and returns false when it ended before.
bool kill_when(const std::vector<std::string>& arguments, const std::string& file, uint64_t bytes);

/// Each key's last line among the acknowledged ones (with `only_inserted`: every line) is a line of the dump.
void expect_kept(const Lines& acknowledged, const Lines& dump, bool only_inserted);

}  // namespace sky::test
