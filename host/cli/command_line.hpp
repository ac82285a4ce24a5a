#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "host/cli/config.hpp"
#include "host/memory/session.hpp"
#include "host/memory/status.hpp"

namespace sky::cli {

struct CommandHelp {
    std::string name;      ///< "mem bench"
    std::string synopsis;  ///< "skytrack mem bench [options]"
    std::string about;     ///< what it does, in a few lines
    std::string examples;  ///< one command per line
    std::vector<std::string> backends{"fast", "tlm", "rtl"};
    std::string backend_help = "fast, tlm or rtl: the same answers, counters and cycles";
    std::string exit_codes{
        "0 done, 1 a failure was found, 2 bad usage or input, 130 stopped by Ctrl-C, SIGTERM or SIGHUP."};
};

/// The options of one command: those every command has and its own. Numbers are parsed strictly here, since
/// the options library takes "-5" for a large unsigned number.
class CommandLine {
   public:
    explicit CommandLine(CommandHelp help);
    CommandLine(CommandLine&&) noexcept;
    CommandLine& operator=(CommandLine&&) noexcept;
    ~CommandLine();

    /// Before parse(): an option with a value, a flag, or what stands without a dash.
    void add_option(const std::string& name, const std::string& argument, const std::string& description);
    void add_option(const std::string& name, const std::string& argument, const std::string& description,
                    const std::string& default_value);
    /// An option that may be given several times; texts() has its values.
    void add_list(const std::string& name, const std::string& argument, const std::string& description);
    void add_flag(const std::string& name, const std::string& description);
    /// An option that stands for a configuration key.
    void add_shorthand(const std::string& name, const std::string& argument, const std::string& key,
                       const std::string& description);
    void add_positional(const std::string& name);
    /// Any number of them: texts().
    void add_positionals(const std::string& name);

    Status parse(std::span<const std::string> arguments);

    [[nodiscard]] bool has(const std::string& name) const;
    /// The same, without those that only have their default value.
    [[nodiscard]] bool given(const std::string& name) const;
    [[nodiscard]] bool flag(const std::string& name) const;
    [[nodiscard]] std::string text(const std::string& name) const;
    [[nodiscard]] std::vector<std::string> texts(const std::string& name) const;
    /// The number given for an option, `low` to `high`.
    [[nodiscard]] Result<uint64_t> number(const std::string& name, uint64_t low, uint64_t high) const;
    /// The bytes given for an option, as parse_bytes() reads them.
    [[nodiscard]] Result<uint64_t> bytes(const std::string& name, uint64_t low, uint64_t high) const;
    /// The text given for an option, which must be one of `choices`.
    [[nodiscard]] Result<std::string> choice(const std::string& name, std::span<const std::string> choices) const;

    /// What the shorthands that were given stand for.
    [[nodiscard]] std::vector<Assignment> assignments() const;
    /// The key an option stands for; empty when it is no shorthand.
    [[nodiscard]] std::string key_of(const std::string& option) const;

    [[nodiscard]] std::string help() const;
    [[nodiscard]] const CommandHelp& about() const { return help_; }

   private:
    [[nodiscard]] std::vector<std::string> join_negative_numbers(std::span<const std::string> arguments) const;
    [[nodiscard]] Status unknown_option(const std::string& name) const;

    struct Parser;  // the options library, which is slow to compile, stays out of this header

    CommandHelp help_;
    std::vector<std::pair<std::string, std::string>> shorthands_;  // option, key
    std::unique_ptr<Parser> parser_;
};

/// What every command takes.
struct CommonOptions {
    std::vector<std::string> config_files;
    std::vector<std::string> settings;
    uint64_t seed = 0;
    memory::Backend backend{};
    bool json = false;
    bool verbose = false;
    std::string out;  ///< empty: no files

    static Result<CommonOptions> read(const CommandLine& line);
};

}  // namespace sky::cli
