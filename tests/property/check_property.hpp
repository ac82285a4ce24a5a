#pragma once

#include "tests/support/seed.hpp"

#include <cstdlib>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sstream>
#include <string>
#include <utility>

namespace sky::test {

/// Checks a RapidCheck property `runs` times as part of the running test, from the seed that SKY_SEED
/// repeats.
template <typename Property>
void check_property(int runs, Property&& property) {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    rc::detail::TestMetadata metadata;
    metadata.id = std::string(info->test_suite_name()) + "/" + info->name();
    metadata.description = info->name();
    // Before the library reads it, so that what it prints is the seed in use.
    setenv("RC_PARAMS", ("seed=" + std::to_string(seed())).c_str(), 0);
    rc::detail::TestParams params = rc::detail::configuration().testParams;
    params.maxSuccess = runs;
    const auto result = rc::detail::checkTestable(std::forward<Property>(property), metadata, params);
    if (result.template is<rc::detail::SuccessResult>()) return;
    std::ostringstream text;
    rc::detail::printResultMessage(result, text);
    FAIL() << text.str();
}

}  // namespace sky::test
