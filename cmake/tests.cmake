# sky_test(NAME LABEL label SOURCES a.cpp ... LIBS lib ... [TIMEOUT s]): one GoogleTest program whose tests are
# registered with ctest one by one under `label` (unit, lockstep, timing, property, crash, fuzz, e2e, slow).
# Tests whose suite name starts with Slow get the label `slow` instead, so that the default run leaves them out.
find_package(GTest REQUIRED)
find_package(rapidcheck REQUIRED)
include(GoogleTest)

function(sky_test name)
  cmake_parse_arguments(T "" "LABEL;TIMEOUT" "SOURCES;LIBS" ${ARGN})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 300)
  endif()
  add_executable(${name} ${T_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  sky_options(${name})
  target_link_libraries(${name} PRIVATE sky_test_support ${T_LIBS} GTest::gtest)
  gtest_discover_tests(${name} TEST_FILTER "-Slow*" DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${T_LABEL} TIMEOUT ${T_TIMEOUT})
  gtest_discover_tests(${name} TEST_FILTER "Slow*" DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS slow TIMEOUT 7200)
endfunction()
