#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <sstream>
#include <string>

#include "tests/support/seed.hpp"

namespace sky::test {

/// Counterexamples tried to shorten the first one found, which may have far more. When they are used up the
/// library's own description is empty, hence the shortest one is kept here: a property says its inputs in
/// RC_FAIL.
inline constexpr int kMaxShrinkTrials = 50000;

/// Checks a RapidCheck property `runs` times as part of the running test, from the seed that SKY_SEED
/// repeats.
template <typename Property>
void check_property(int runs, const Property& property) {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    rc::detail::TestMetadata metadata;
    metadata.id = std::string(info->test_suite_name()) + "/" + info->name();
    metadata.description = info->name();
    // Before the library reads it, so that what it prints is the seed in use.
    setenv("RC_PARAMS", ("seed=" + std::to_string(seed())).c_str(), 0);
    rc::detail::TestParams params = rc::detail::configuration().testParams;
    params.maxSuccess = runs;
    bool failed = false;
    std::string shortest;
    int trials = 0;
    const auto bounded = [&] {
        if (failed && ++trials > kMaxShrinkTrials) return;
        try {
            property();
        } catch (const rc::detail::CaseResult& result) {
            failed = true;
            shortest = result.description;
            throw;
        }
    };
    const auto result = rc::detail::checkTestable(bounded, metadata, params);
    if (result.template is<rc::detail::SuccessResult>()) return;
    std::ostringstream text;
    rc::detail::printResultMessage(result, text);
    FAIL() << text.str() << "\nshortest counterexample found: " << shortest;
}

}  // namespace sky::test
