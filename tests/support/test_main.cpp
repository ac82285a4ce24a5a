#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "tests/support/seed.hpp"

namespace sky::test {

uint64_t seed() {
    const char* text = std::getenv("SKY_SEED");
    return text ? std::strtoull(text, nullptr, 0) : 20240717;
}

}  // namespace sky::test

int main(int argc, char** argv) {
    setenv("RC_PARAMS", ("seed=" + std::to_string(sky::test::seed())).c_str(), 0);  // RapidCheck's seed, too
    ::testing::InitGoogleTest(&argc, argv);
    if (!::testing::GTEST_FLAG(list_tests)) std::cout << "SKY_SEED=" << sky::test::seed() << '\n';
    return RUN_ALL_TESTS();
}
