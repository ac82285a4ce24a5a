#pragma once

#include <toml++/toml.h>

#include <string>
#include <string_view>
#include <vector>

#include "host/cli/config.hpp"

namespace sky::cli {

/// Fills a Config from TOML files and settings, one after the other, later values over earlier ones.
class ConfigLoader {
   public:
    explicit ConfigLoader(std::string preset_folder);

    /// The presets every run starts from; together they hold every key.
    Status load_shipped();
    /// `name`: a preset's name, else a path.
    Status overlay_file(const std::string& name);
    /// "section.key=value"
    Status overlay_setting(const std::string& setting);
    Status overlay(const Assignment& assignment);
    /// Switches device.flag_site on, and makes room in the overhead for the longer segments, where no --set says
    /// otherwise.
    Status require_flag_site(const std::string& place);

    [[nodiscard]] const Config& config() const { return config_; }

   private:
    Status overlay_toml(const std::string& path, const std::string& shown);
    /// One key of a section of the file that is called `shown` and has these lines.
    Status overlay_node(const std::string& shown, const std::string& section, const toml::key& key,
                        const toml::node& node, const std::vector<std::string>& lines);
    void set(size_t index, ConfigValue value, const std::string& place);
    [[nodiscard]] std::string preset_path(const std::string& name) const;
    [[nodiscard]] std::vector<std::string> preset_names() const;

    std::string folder_;
    Config config_;
    bool shipped_ = false;  // the shipped presets are being loaded
};

}  // namespace sky::cli
