// Question: is the configuration what the presets and the user say, and nothing else?
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "host/cli/config.hpp"
#include "host/index/index.hpp"
#include "host/memory/nearest.hpp"
#include "tests/support/device.hpp"
#include "tests/support/files.hpp"

namespace sky::cli {
namespace {

using memory::edit_distance;
using memory::nearest;

Result<Config> load(const std::vector<std::string>& files, const std::vector<std::string>& settings = {}) {
    return Config::load(SKY_PRESET_FOLDER, {.files = files, .settings = settings});
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
    EXPECT_EQ(session.policy, memory::Policy());
    EXPECT_EQ(session.outstanding, 1U);
}

/// How often each key is set in a preset; every one with a comment behind it.
std::map<std::string, int> keys_of(const std::filesystem::path& file) {
    std::map<std::string, int> times;
    std::istringstream in(test::read_file(file));
    std::string section;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("[")) section = line.substr(1, line.find(']') - 1);
        const size_t equals = line.find(" =");
        if (line.starts_with("#") || equals == std::string::npos) continue;
        ++times[section + "." + line.substr(0, equals)];
        EXPECT_NE(line.find("# "), std::string::npos) << file << ": " << line;
    }
    return times;
}

TEST(UnitPresets, SetEveryKeyOnceAndSayItsMeaning) {
    std::map<std::string, int> times;
    for (const char* name : {"skyrmion.toml", "exact.toml", "index.toml", "regfile.toml"})
        for (const auto& [key, count] : keys_of(std::filesystem::path(SKY_PRESET_FOLDER) / name)) times[key] += count;
    for (const ConfigKey& key : config_keys()) EXPECT_EQ(times[key.dotted()], 1) << key.dotted();
    EXPECT_EQ(times.size(), config_keys().size());
}

TEST(UnitPresets, LoadAloneAndOverTheDefaultsAndSetWhatTheySay) {
    int presets = 0;
    for (const auto& file : std::filesystem::directory_iterator(SKY_PRESET_FOLDER)) {
        if (file.path().extension() != ".toml") continue;
        ++presets;
        SCOPED_TRACE(file.path());
        const std::map<std::string, int> keys = keys_of(file.path());
        EXPECT_FALSE(keys.empty());
        for (const auto& [key, count] : keys) {
            EXPECT_EQ(count, 1) << key;
            EXPECT_TRUE(find_key(key)) << key;
        }
        for (const std::vector<std::string>& files : {std::vector<std::string>{file.path()},
                                                      {file.path().stem()},
                                                      {"skyrmion", "exact", "index", "regfile", file.path()}}) {
            const Result<Config> config = load(files);
            ASSERT_TRUE(config.ok()) << config.status().message();
            for (const auto& [key, count] : keys)
                EXPECT_NE(config.value().place(key).find(file.path().stem().string()), std::string::npos) << key;
            EXPECT_TRUE(memory::MemorySession::start(config.value().session(memory::Backend::kFast)).ok());
        }
    }
    EXPECT_EQ(presets, 15);
}

TEST(UnitPresets, GiveTheBitInterleavedShapeOfTheSameSize) {
    const Result<Config> config = load({"skyrmion_bit"});
    ASSERT_TRUE(config.ok()) << config.status().message();
    const memory::Geometry geometry = config.value().session(memory::Backend::kFast).geometry;
    EXPECT_EQ(geometry, (memory::Geometry{.sites_per_segment = 32,
                                          .segments = 64,
                                          .overhead_sites = 32,
                                          .tracks = 4194304,
                                          .tracks_per_row = 512}));
    EXPECT_EQ(geometry.capacity_bits(), uint64_t{8} << 30);
    EXPECT_EQ(config.value().costs(), test::skyrmion_costs());
}

TEST(UnitPresets, GiveTreesALineOfThirtyTwoWordsInEitherMapping) {
    const Result<Config> config = load({"index_bit"});
    ASSERT_TRUE(config.ok()) << config.status().message();
    const memory::Geometry geometry = config.value().session(memory::Backend::kFast).geometry;
    EXPECT_EQ(geometry, test::bit_rows(32, 32, 131072));
    EXPECT_EQ(geometry.capacity_bits(), uint64_t{8} << 30);
    EXPECT_EQ(config.value().costs(), test::skyrmion_costs());
}

TEST(UnitPresets, LetAKindHaveTheMechanismsItHas) {
    const Result<Config> config = load({});
    ASSERT_TRUE(config.ok()) << config.status().message();
    for (const index::MechanismInfo& info : index::mechanism_infos()) {
        const std::string key = std::string("index.") + info.name;
        ASSERT_TRUE(find_key(key)) << key;
        EXPECT_EQ(config.value().text(key), "kind");
        EXPECT_EQ(load({}, {key + "=off"}).value().text(key), "off");
    }
    const index::IndexConfig shape;
    EXPECT_EQ(config.value().integer("index.node_tracks"), shape.node_tracks);
    EXPECT_EQ(config.value().integer("index.fanout"), shape.fanout);
    EXPECT_EQ(config.value().integer("index.index_bits"), shape.index_bits);
    EXPECT_EQ(config.value().integer("index.flush_children"), shape.flush_children);
}

TEST(UnitPresets, GiveThePublishedCostsOf2022) {
    const Result<Config> config = load({"sky_tree_2022"});
    ASSERT_TRUE(config.ok()) << config.status().message();
    EXPECT_EQ(config.value().costs(), (model::Costs{.shift_ps = 880,
                                                    .detect_ps = 0,
                                                    .remove_ps = 150,
                                                    .inject_ps = 190,
                                                    .shift_fj = 528,
                                                    .detect_fj = 0,
                                                    .remove_fj = 300,
                                                    .inject_fj = 2090}));
    EXPECT_EQ(config.value().session(memory::Backend::kFast).timing.cycle_ps, 10U);
}

TEST(UnitPresets, OfGhzRoundEveryTimeUpToANanosecond) {
    const Result<Config> config = load({"ghz"});
    ASSERT_TRUE(config.ok()) << config.status().message();
    EXPECT_EQ(config.value().session(memory::Backend::kFast).timing, model::ghz_timing(test::skyrmion_costs()));
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

TEST(UnitConfig, CarriesEveryKeyOfTheMemoryToItsSession) {
    const Result<Config> config =
        load({}, {"device.tracks_per_row=64", "device.relax_ps=300", "device.shift_charge=per_skyrmion",
                  "device.remove_charge=per_skyrmion", "device.detect_charge=free", "controller.queue_depth=7",
                  "controller.outstanding=9", "controller.banks=8", "controller.scheduler=elevator",
                  "controller.return_policy=stay", "controller.age_cap=5", "controller.max_ports_driven=3",
                  "controller.overlap=true", "controller.auto_write=dcw", "device.position_guard=true",
                  "device.overhead_sites=70", "device.slips_per_tera_step=100000000", "device.slip_seed=5"});
    ASSERT_TRUE(config.ok()) << config.status().message();
    const memory::SessionConfig session = config.value().session(memory::Backend::kTlm);
    EXPECT_TRUE(session.geometry.position_guard);
    EXPECT_EQ(session.backend, memory::Backend::kTlm);
    EXPECT_EQ(session.geometry.tracks_per_row, 64U);
    EXPECT_EQ(session.timing.relax_cycles, 3U);
    EXPECT_EQ(session.timing.shift_charge, model::ShiftCharge::kPerSkyrmion);
    EXPECT_EQ(session.timing.remove_charge, model::RemoveCharge::kPerSkyrmion);
    EXPECT_EQ(session.timing.detect_fj, 0U);
    EXPECT_EQ(session.timing.shift_fj, 20U);
    EXPECT_EQ(session.policy, (memory::Policy{.queue_depth = 7,
                                              .banks = 8,
                                              .scheduler = memory::Scheduler::kElevator,
                                              .return_policy = memory::ReturnPolicy::kStay,
                                              .age_cap = 5,
                                              .max_ports_driven = 3,
                                              .overlap = true,
                                              .auto_permutes = false,
                                              // 1e-4 of 2^64
                                              .faults = {.threshold = 1'844'674'400'000'000, .seed = 5}}));
    EXPECT_EQ(session.outstanding, 9U);
}

TEST(UnitConfig, NamesEveryChoiceAsTheModelDoes) {
    for (const char* scheduler : {"fcfs", "nearest", "elevator", "coalesce"}) {
        const Result<Config> config = load({}, {std::string("controller.scheduler=") + scheduler});
        ASSERT_TRUE(config.ok()) << config.status().message();
        EXPECT_STREQ(to_string(config.value().session(memory::Backend::kFast).policy.scheduler), scheduler);
    }
    for (const char* policy : {"home", "stay"}) {
        const Result<Config> config = load({}, {std::string("controller.return_policy=") + policy});
        EXPECT_STREQ(to_string(config.value().session(memory::Backend::kFast).policy.return_policy), policy);
    }
    for (const char* charge : {"per_track", "per_pulse", "per_skyrmion"}) {
        const Result<Config> config = load({}, {std::string("device.shift_charge=") + charge});
        EXPECT_STREQ(to_string(config.value().costs().shift_charge), charge);
    }
    for (const char* charge : {"per_site", "per_skyrmion"}) {
        const Result<Config> config = load({}, {std::string("device.remove_charge=") + charge});
        EXPECT_STREQ(to_string(config.value().costs().remove_charge), charge);
    }
}

TEST(UnitConfig, TakesBooleansAsWordsAndAsZeroAndOne) {
    const test::TemporaryFolder folder;
    for (const auto& [text, expected] :
         {std::pair{"true", true}, std::pair{"1", true}, std::pair{"false", false}, std::pair{"0", false}}) {
        const std::string line = std::string("overlap = ") + text;
        const Result<Config> file = load({folder.file("b.toml", "[controller]\n" + line + "\n")});
        ASSERT_TRUE(file.ok()) << file.status().message();
        EXPECT_EQ(file.value().boolean("controller.overlap"), expected) << text;
        EXPECT_EQ(file.value().session(memory::Backend::kFast).policy.overlap, expected) << text;
        const Result<Config> setting = load({}, {std::string("controller.overlap=") + text});
        ASSERT_TRUE(setting.ok()) << setting.status().message();
        EXPECT_EQ(setting.value().boolean("controller.overlap"), expected) << text;
    }
    for (const char* value : {"", "yes", "2", "True", "-1", "01"})
        expect_error(load({}, {std::string("controller.overlap=") + value}), "controller.overlap is",
                     "true or false");
    expect_file_error("[device]\nflag_site = 2\n", "2: device.flag_site is 2", "true or false");
    expect_file_error("[device]\nflag_site = \"on\"\n", "2: device.flag_site is neither true nor false",
                      "true or false");
}

TEST(UnitConfig, LaysPresetsUnderFilesAndOptionsOverSettings) {
    const test::TemporaryFolder folder;
    const Result<Config> config = Config::load(
        SKY_PRESET_FOLDER, {.presets = {"skyrmion_bit"},
                            .files = {folder.file("a.toml", "[device]\nsegments = 16\n")},
                            .settings = {"controller.banks=2", "controller.queue_depth=4"},
                            .options = {{.key = "controller.banks", .value = "8", .place = "--banks 8"}}});
    ASSERT_TRUE(config.ok()) << config.status().message();
    EXPECT_EQ(config.value().integer("device.tracks_per_row"), 512U);
    EXPECT_EQ(config.value().integer("device.segments"), 16U);
    EXPECT_EQ(config.value().integer("controller.banks"), 8U);
    EXPECT_EQ(config.value().integer("controller.queue_depth"), 4U);
    EXPECT_EQ(config.value().place("controller.banks"), "--banks 8");
    expect_error(Config::load(SKY_PRESET_FOLDER,
                              {.options = {{.key = "controller.banks", .value = "x", .place = "--banks x"}}}),
                 "--banks x: controller.banks is 'x'", "from 1 to 16");
}

TEST(UnitConfig, SwitchesTheFlagSiteOnWithRoomForIt) {
    const Result<Config> config = Config::load(SKY_PRESET_FOLDER, {.needs_flag_site = "--write-alg fnw"});
    ASSERT_TRUE(config.ok()) << config.status().message();
    const memory::Geometry geometry = config.value().session(memory::Backend::kFast).geometry;
    EXPECT_TRUE(geometry.flag_site);
    EXPECT_EQ(geometry.overhead_sites, 65U);
    EXPECT_EQ(config.value().place("device.flag_site"), "--write-alg fnw");
    const Result<Config> roomy = Config::load(
        SKY_PRESET_FOLDER, {.settings = {"device.overhead_sites=80"}, .needs_flag_site = "--write-alg fnw"});
    EXPECT_EQ(roomy.value().integer("device.overhead_sites"), 80U);
    expect_error(load({}, {"device.flag_site=1"}), "--set device.flag_site=1: overhead_sites is 64, expected 65",
                 "device.overhead_sites = 65");
    expect_error(Config::load(SKY_PRESET_FOLDER,
                              {.settings = {"device.overhead_sites=64"}, .needs_flag_site = "--write-alg fnw"}),
                 "--set device.overhead_sites=64: overhead_sites is 64, expected 65", "device.overhead_sites = 65");
    expect_error(Config::load(SKY_PRESET_FOLDER,
                              {.settings = {"device.flag_site=false"}, .needs_flag_site = "--write-alg fnw"}),
                 "--write-alg fnw needs device.flag_site, but --set device.flag_site=false", "leave one of them out");
    EXPECT_TRUE(Config::load(SKY_PRESET_FOLDER, {.files = {"skyrmion"}, .needs_flag_site = "--write-alg fnw"}).ok());
}

TEST(UnitConfig, NamesWhatAsksForMoreOverheadAndWhatToSet) {
    expect_error(
        load({}, {"device.position_guard=true"}),
        "--set device.position_guard=true: overhead_sites is 64, expected 66 to 1024 (64 sites a segment, two "
        "for device.position_guard)",
        "set device.overhead_sites = 66 or more");
    expect_error(load({}, {"device.position_guard=true", "device.overhead_sites=65"}),
                 "--set device.overhead_sites=65: ", "set device.overhead_sites = 66");
    expect_error(load({"skyrmion_bit"}, {"device.flag_site=true"}),
                 "--set device.flag_site=true: flag_site is set, expected false", "device.flag_site");
    expect_error(load({"skyrmion_bit"}, {"device.tracks=511"}),
                 "--set device.tracks=511: tracks is 511, expected at least the 512 of tracks_per_row",
                 "device.tracks");
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
    expect_file_error("[device]\ndetect_ps = -1\n", "2: device.detect_ps is -1", "from 0 to 1000000");
    expect_error(load({}, {"controller.banks=17"}), "controller.banks is 17", "from 1 to 16");
    expect_error(load({}, {"controller.age_cap=0"}), "controller.age_cap is 0", "from 1 to 255");
    expect_error(load({}, {"controller.max_ports_driven=65"}), "max_ports_driven is 65", "from 1 to 64");
    expect_error(load({}, {"controller.scheduler=best"}), "controller.scheduler is 'best'",
                 "\"fcfs\" or \"nearest\"");
    expect_error(load({}, {"controller.return_policy=away"}), "return_policy is 'away'", "\"home\" or \"stay\"");
    expect_error(load({}, {"controller.auto_write=naive"}), "auto_write is 'naive'", "\"pw\" or \"dcw\"");
    expect_error(load({}, {"device.shift_charge=x"}), "device.shift_charge is 'x'", "\"per_skyrmion\"");
    expect_error(load({}, {"device.remove_charge=x"}), "device.remove_charge is 'x'", "\"per_skyrmion\"");
    expect_error(load({}, {"device.detect_charge=x"}), "device.detect_charge is 'x'", "\"charged\" or \"free\"");
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
                 "--set device.inject_ps=1001: the operation times cannot be timed exactly", "at least 4 ps");
    expect_error(load({"ghz"}, {"device.relax_ps=300000"}), "--set device.relax_ps=300000: the operation times",
                 "at most 255000 ps");
    expect_error(load({}, {"controller.banks=3"}), "--set controller.banks=3: banks is 3", "controller.banks");
    expect_error(load({}, {"controller.banks=4", "device.tracks=6"}), "a divisor of the 6 rows", "controller.banks");
    expect_error(load({}, {"device.tracks_per_row=100"}), "tracks_per_row is 100", "device.tracks_per_row");
    expect_error(load({}, {"device.tracks_per_row=64", "device.tracks=100"}), "a multiple of tracks_per_row",
                 "device.tracks");
    expect_error(load({"skyrmion_bit"}, {"device.flag_site=true", "device.overhead_sites=40"}), "flag_site is set",
                 "device.flag_site");
}

TEST(UnitConfig, NamesMissingFiles) {
    expect_error(load({"/nonexistent/x.toml"}), "/nonexistent/x.toml", "TOML file");
    expect_error(load({"/"}), "folder", "TOML file");
    expect_error(Config::load("/nonexistent", {}), "/nonexistent", "bin and share");
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
