# sky_library(NAME SOURCES...), sky_options(TARGET) and, for C, sky_c_options(TARGET): warnings, sanitizers and coverage
# for our own code.
function(sky_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor)
  if(SKY_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

# What is offered to programs in C has to suit the strictest of them.
function(sky_c_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Werror)
endfunction()

function(sky_library target)
  add_library(${target} STATIC ${ARGN})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR})
  sky_options(${target})
endfunction()

if(SKY_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(SKY_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(SKY_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()
