# sky_hot(TARGETS...): code that a request of a workload runs through. In an optimised build g++ keeps it in a second
# form beside the usual one, from which the linker optimises each program as a whole: a sixth faster. SKY_HOT_LINK is
# for the link of a program that consists of much of it: the same on all cores.
set(SKY_HOT_LINK "")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE STREQUAL "Release")
  set(SKY_HOT_LINK -flto=auto)
endif()

function(sky_hot)
  if(SKY_HOT_LINK)
    foreach(target IN LISTS ARGN)
      target_compile_options(${target} PRIVATE ${SKY_HOT_LINK} -ffat-lto-objects)
    endforeach()
  endif()
endfunction()
