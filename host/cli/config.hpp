#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/cli/config_keys.hpp"
#include "host/memory/session.hpp"
#include "host/memory/status.hpp"

namespace sky::cli {

/// One value and where it was given, such as "--scheduler nearest".
struct Assignment {
    std::string key;  ///< "section.key"
    std::string value;
    std::string place;
};

/// What is laid over the shipped presets, in this order.
struct ConfigSources {
    std::vector<std::string> presets{};   ///< shipped ones that an option stands for
    std::vector<Assignment> chosen{};     ///< what the command itself says: the configuration of a store
    std::vector<std::string> files{};     ///< paths, or names of presets
    std::vector<std::string> settings{};  ///< "section.key=value"
    std::vector<Assignment> options{};    ///< options that stand for a key
    std::string needs_flag_site{};        ///< the option that needs device.flag_site; empty: none does
};

/// The configuration of one run: the shipped presets, overlaid by files and single settings in the order
/// given. Every key has a value, and the device and its timing can be built.
class Config {
   public:
    /// Errors name the file and line or the setting, the key, what was expected and the nearest valid name.
    static Result<Config> load(const std::string& preset_folder, const ConfigSources& sources);

    /// Value of a key of that type, by dotted name; std::logic_error when there is none.
    [[nodiscard]] uint64_t integer(std::string_view dotted) const;
    [[nodiscard]] bool boolean(std::string_view dotted) const;
    [[nodiscard]] const std::string& text(std::string_view dotted) const;
    /// Where a key got its value: a file and line, a setting or an option.
    [[nodiscard]] const std::string& place(std::string_view dotted) const { return entry(dotted).place; }

    /// Whether the value is another than that of the shipped presets.
    [[nodiscard]] bool changed(std::string_view dotted) const {
        return entry(dotted).value != entry(dotted).original;
    }

    /// Every key with its value as --set takes it.
    [[nodiscard]] std::vector<Assignment> assignments() const;

    /// The slips that keys slips_per_tera_step and slip_seed of that section ask for.
    [[nodiscard]] model::SlipFaults faults(const std::string& section) const;
    [[nodiscard]] model::Costs costs() const;
    [[nodiscard]] memory::SessionConfig session(memory::Backend backend) const;

    /// TOML with comments that gives the same configuration when it is loaded.
    [[nodiscard]] std::string toml() const;
    /// {"device": {"shift_ps": 500, ...}, ...}
    [[nodiscard]] nlohmann::ordered_json json() const;

   private:
    friend class ConfigLoader;

    struct Entry {
        ConfigValue value;
        ConfigValue original;  ///< of the shipped presets
        std::string comment;   ///< from the shipped preset
        std::string place;     ///< where the value was set
        bool shipped = true;   ///< the value is that of the shipped presets
    };

    [[nodiscard]] const Entry& entry(std::string_view dotted) const;
    [[nodiscard]] uint32_t small(std::string_view dotted) const { return static_cast<uint32_t>(integer(dotted)); }
    /// What no single key shows: values that do not go together.
    [[nodiscard]] Status check() const;
    [[nodiscard]] Status check_timing() const;
    [[nodiscard]] Status overhead_problem(const memory::Geometry& geometry, const std::string& problem) const;
    [[nodiscard]] memory::Timing timing() const;

    std::vector<Entry> entries_;  // one for each of config_keys()
};

/// Where the running program keeps its presets: ../share/skytrack/presets beside the folder it lies in.
[[nodiscard]] std::string shipped_preset_folder();

}  // namespace sky::cli
