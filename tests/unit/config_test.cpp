// Question: is the configuration what the presets and the user say, and nothing else?
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "host/cli/config.hpp"
#include "host/cli/nearest.hpp"
#include "tests/support/device.hpp"
#include "tests/support/files.hpp"

namespace sky::cli {
namespace {

Result<Config> load(const std::vector<std::string>& files, const std::vector<std::string>& settings = {}) {
    return Config::load(SKY_PRESET_FOLDER, files, settings);
}

/// The first line says what and where, the second the remedy.
void expect_error(const Result<Config>& config, const std::string& what, const std::string& remedy) {
    ASSERT_FALSE(config.ok()) << "expected an error with: " << what;
    const std::string message = config.status().message();
    const size_t line_break = message.find('\n');
    ASSERT_NE(line_break, std::string::npos) << message;
    EXPECT_NE(message.substr(0, line_break).find(what), std::string::npos) << message;
    EXPECT_NE(message.substr(line_break).find(remedy), std::string::npos) << message;
}

void expect_file_error(const std::string& content, const std::string& what, const std::string& remedy) {
    const test::TemporaryFolder folder;
    expect_error(load({folder.file("my.toml", content)}), folder.path("my.toml") + ":" + what, remedy);
}

TEST(UnitPresets, DescribeTheDeviceTheTestsUse) {
    const Result<Config> config = load({});
    ASSERT_TRUE(config.ok()) << config.status().message();
    EXPECT_EQ(config.value().costs(), test::skyrmion_costs());
    const memory::SessionConfig session = config.value().session(memory::Backend::kFast);
    EXPECT_EQ(session.timing, test::skyrmion_timing());
    EXPECT_EQ(session.geometry, test::geometry(64, 32, 4194304));
    EXPECT_EQ(session.geometry.capacity_bits(), uint64_t{8} << 30);
    EXPECT_EQ(session.policy.queue_depth, 32U);
    EXPECT_EQ(session.outstanding, 1U);
}

TEST(UnitPresets, SetEveryKeyOnceAndSayItsMeaning) {
    std::map<std::string, int> times;
    for (const auto& file : std::filesystem::directory_iterator(SKY_PRESET_FOLDER)) {
        std::istringstream in(test::read_file(file.path()));
        std::string section;
        for (std::string line; std::getline(in, line);) {
            if (line.starts_with("[")) section = line.substr(1, line.find(']') - 1);
            const size_t equals = line.find(" =");
            if (line.starts_with("#") || equals == std::string::npos) continue;
            ++times[section + "." + line.substr(0, equals)];
            EXPECT_NE(line.find("# "), std::string::npos) << file.path() << ": " << line;
        }
    }
    for (const ConfigKey& key : config_keys()) EXPECT_EQ(times[key.dotted()], 1) << key.dotted();
    EXPECT_EQ(times.size(), config_keys().size());
}

TEST(UnitConfig, LetsLaterFilesAndThenSettingsWin) {
    const test::TemporaryFolder folder;
    const std::string a = folder.file("a.toml", "[device]\nshift_ps = 600\ninject_fj = 7\ntracks = 16\n");
    const std::string b = folder.file("b.toml", "[device]\nshift_ps = 700\ninject_fj = 8\n");
    const Result<Config> config = load({a, b}, {"device.inject_fj=9"});
    ASSERT_TRUE(config.ok()) << config.status().message();
    EXPECT_EQ(config.value().integer("device.tracks"), 16U);
    EXPECT_EQ(config.value().integer("device.shift_ps"), 700U);
    EXPECT_EQ(config.value().integer("device.inject_fj"), 9U);
    EXPECT_EQ(config.value().integer("device.detect_ps"), 100U);
}

TEST(UnitConfig, PrintsWhatReproducesIt) {
    const test::TemporaryFolder folder;
    const Result<Config> first = load({}, {"device.shift_ps=600", "controller.outstanding=4", "index.fanout=8"});
    ASSERT_TRUE(first.ok()) << first.status().message();
    const Result<Config> second = load({folder.file("odd \n#\xff.toml", first.value().toml())});
    ASSERT_TRUE(second.ok()) << second.status().message();
    EXPECT_EQ(second.value().json(), first.value().json());
    const Result<Config> third = load({folder.file("c.toml", second.value().toml())});
    ASSERT_TRUE(third.ok()) << third.status().message();
    EXPECT_EQ(third.value().json(), first.value().json());
    EXPECT_NE(first.value().toml().find("shift_ps = 600          # ps; one step"), std::string::npos)
        << first.value().toml();
}

TEST(UnitConfig, TakesASettingWithItsQuotes) {
    for (const char* setting :
         {"controller.timing=\"exact\"", "controller.timing='exact'", "controller.timing=exact"}) {
        const Result<Config> config = load({}, {setting});
        ASSERT_TRUE(config.ok()) << config.status().message();
        EXPECT_EQ(config.value().text("controller.timing"), "exact");
    }
}

TEST(UnitConfig, TakesAPresetByName) {
    const Result<Config> config = load({"skyrmion"}, {});
    ASSERT_TRUE(config.ok()) << config.status().message();
    const Result<Config> over = load({"skyrmion"}, {"device.shift_ps=600"});
    EXPECT_EQ(over.value().integer("device.shift_ps"), 600U);
    expect_error(load({"skyrmoin"}), "skyrmoin", "nearest: skyrmion");
}

TEST(UnitConfig, NamesFileLineAndNearestKey) {
    expect_file_error("[device]\n\nshift_pss = 1\n", "3: unknown key 'device.shift_pss'", "device.shift_ps");
    expect_file_error("[controller]\nshift_ps = 1\n", "2: unknown key 'controller.shift_ps'", "device.shift_ps");
    expect_file_error("shift_ps = 1\n", "1: 'shift_ps' stands in no section", "device.shift_ps");
    expect_file_error("\n[devise]\nshift_ps = 1\n", "2: unknown section 'devise'", "device");
    expect_error(load({}, {"device.sift_ps=1"}), "--set device.sift_ps=1: unknown key", "device.shift_ps");
    expect_error(load({}, {"shift_ps=1"}), "--set shift_ps=1: unknown key", "device.shift_ps");
}

TEST(UnitConfig, NamesWrongTypesAndValuesOutOfRange) {
    expect_file_error("[device]\nshift_ps = \"500\"\n", "2: device.shift_ps is no integer", "from 1 to 1000000");
    expect_file_error("[device]\nshift_ps = 0.5\n", "2: device.shift_ps is no integer", "from 1 to 1000000");
    expect_file_error("[device]\nshift_ps = -5\n", "2: device.shift_ps is -5", "from 1 to 1000000");
    expect_file_error("[device]\nsegments = 65\n", "2: device.segments is 65", "from 1 to 64");
    expect_file_error("[index]\nfanout = 3\n", "2: index.fanout is 3", "from 4 to 32");
    expect_file_error("[index]\nnode_tracks = 1024\n", "2: index.node_tracks is 1024", "from 2 to 1023");
    expect_file_error("[controller]\ntiming = 1\n", "2: controller.timing is no string", "\"exact\"");
    expect_file_error("[controller]\ntiming = \"fuzzy\"\n", "2: controller.timing is 'fuzzy'", "\"exact\"");
    expect_file_error("[device]\nshift_ps = \n", "2: no valid TOML", "shift_ps = 500");
    expect_file_error("device = 3\n", "1: device is no section", "[device]");
    for (const char* value : {"", "-5", "+5", "5x", " 5", "0x5", "1e3", "99999999999999999999"})
        expect_error(load({}, {std::string("device.shift_ps=") + value}), "device.shift_ps is", "an integer from 1");
    expect_error(load({}, {"device.shift_ps=\"5\""}), "device.shift_ps is", "an integer from 1");
    expect_error(load({}, {"controller.timing=\"fuzzy\""}), "controller.timing is 'fuzzy'", "\"exact\"");
    expect_error(load({}, {"device." + std::string(5000, '\n') + "=1"}), "unknown key 'device.??", "--print-config");
    expect_error(load({}, {"device.shift_ps"}), "there is no =", "section.key=value");
}

TEST(UnitConfig, NamesValuesThatDoNotGoTogether) {
    expect_error(load({}, {"device.overhead_sites=10"}), "--set device.overhead_sites=10: overhead_sites is 10",
                 "device.overhead_sites");
    expect_error(load({}, {"device.inject_ps=1001"}),
                 "--set device.inject_ps=1001: the operation times cannot be timed", "at least 4 ps");
}

TEST(UnitConfig, NamesMissingFiles) {
    expect_error(load({"/nonexistent/x.toml"}), "/nonexistent/x.toml", "TOML file");
    expect_error(load({"/"}), "folder", "TOML file");
    expect_error(Config::load("/nonexistent", {}, {}), "/nonexistent", "bin and share");
}

TEST(UnitNearest, CountsInsertionsDeletionsAndReplacements) {
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_EQ(edit_distance("abc", ""), 3U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
    EXPECT_EQ(edit_distance("bench", "bench"), 0U);
    EXPECT_EQ(nearest("bnch", std::vector<std::string>{"replay", "bench"}), "bench");
    EXPECT_EQ(nearest("x", std::vector<std::string>{}), "");
}

TEST(UnitNearest, PrefersWhatBeginsWithTheWordAndDropsWhatIsFarAway) {
    const std::vector<std::string> options{"--set", "--records", "--record", "--seed"};
    EXPECT_EQ(nearest("--rec", options), "--records");
    EXPECT_EQ(nearest("--seeed", options), "--seed");
    EXPECT_EQ(nearest("--something", options), "");
    EXPECT_EQ(nearest("foo", std::vector<std::string>{"mem", "kv"}), "");
    EXPECT_EQ(nearest("mme", std::vector<std::string>{"mem", "kv"}), "mem");
    EXPECT_EQ(nearest("", options), "");
    EXPECT_EQ(nearest(std::string(1 << 20, 'x'), options), "");
}

}  // namespace
}  // namespace sky::cli
