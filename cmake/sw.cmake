# sky_program(NAME group SOURCES file... [OPTIONS option...] [DEPENDS file...]): one bare-metal ELF,
# ${CMAKE_BINARY_DIR}/sw/NAME.elf, of target sky_sw. Its line "group NAME.elf" goes into sw/programs.txt there, which tests read: groups are kernel-small,
# kernel-full, test, rf, rf-full, demo, demo-skrm and wave.
# Without a RISC-V compiler (scripts/setup --sw installs it) nothing of sw/ is built and SKY_RISCV_GCC is false.
find_program(SKY_RISCV_GCC riscv64-unknown-elf-gcc)
if(SKY_RISCV_GCC)
  execute_process(COMMAND ${SKY_RISCV_GCC} -print-file-name=picolibc.specs
    OUTPUT_VARIABLE specs OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT IS_ABSOLUTE "${specs}")
    message(WARNING "${SKY_RISCV_GCC} has no picolibc, so sw/ is not built: scripts/setup --sw installs it")
    set(SKY_RISCV_GCC "")
  endif()
endif()

set(SKY_SW_DIR ${CMAKE_BINARY_DIR}/sw)

# What every program is linked with: the start code, and an archive of what it may use.
function(sky_sw_runtime)
  set(sw ${PROJECT_SOURCE_DIR}/sw)
  set(common @${sw}/flags.txt -I${sw}/include -O2 -g -Wall -Wextra -Werror)
  file(GLOB headers CONFIGURE_DEPENDS ${sw}/*/*.h ${sw}/*/*/*.h ${sw}/*/*/*.inc)
  set(SKY_SW_COMMON ${common} PARENT_SCOPE)
  set(SKY_SW_HEADERS ${headers} ${sw}/flags.txt PARENT_SCOPE)
  file(MAKE_DIRECTORY ${SKY_SW_DIR}/runtime)
  set(objects "")
  foreach(source IN ITEMS runtime/crt0.S runtime/console.c runtime/picolibc.c rf/migrate.S rf/trap.S
      rf/resume.c rf/table.c)
    string(REPLACE "/" "_" name ${source})
    set(object ${SKY_SW_DIR}/runtime/${name}.o)
    add_custom_command(OUTPUT ${object}
      COMMAND ${SKY_RISCV_GCC} ${common} -c ${sw}/${source} -o ${object}
      DEPENDS ${sw}/${source} ${headers} ${sw}/flags.txt VERBATIM)
    list(APPEND objects ${object})
  endforeach()
  list(POP_FRONT objects)
  string(REGEX REPLACE "gcc$" "gcc-ar" ar ${SKY_RISCV_GCC})
  add_custom_command(OUTPUT ${SKY_SW_DIR}/runtime/libsky.a
    COMMAND ${ar} rcs ${SKY_SW_DIR}/runtime/libsky.a ${objects}
    DEPENDS ${objects} VERBATIM)
endfunction()

function(sky_program name group)
  cmake_parse_arguments(P "" "" "SOURCES;OPTIONS;DEPENDS" ${ARGN})
  set(runtime ${SKY_SW_DIR}/runtime)
  set(script ${PROJECT_SOURCE_DIR}/sw/runtime/link.ld)
  list(TRANSFORM P_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  set(elf ${SKY_SW_DIR}/${name}.elf)
  add_custom_command(OUTPUT ${elf}
    COMMAND ${SKY_RISCV_GCC} ${SKY_SW_COMMON} ${P_OPTIONS} -nostartfiles -T ${script} ${runtime}/runtime_crt0.S.o ${P_SOURCES}
      -Wl,--start-group ${runtime}/libsky.a -lc -Wl,--end-group -o ${elf}
    DEPENDS ${P_SOURCES} ${P_DEPENDS} ${script} ${runtime}/runtime_crt0.S.o ${runtime}/libsky.a ${SKY_SW_HEADERS}
    COMMENT "Building sw/${name}.elf" VERBATIM)
  set_property(GLOBAL APPEND PROPERTY SKY_SW_ELFS ${elf})
  set_property(GLOBAL APPEND PROPERTY SKY_SW_LIST "${group} ${name}.elf")
endfunction()

# The target, when all programs are named.
function(sky_sw_target)
  get_property(elfs GLOBAL PROPERTY SKY_SW_ELFS)
  get_property(lines GLOBAL PROPERTY SKY_SW_LIST)
  list(JOIN lines "\n" text)
  file(CONFIGURE OUTPUT ${SKY_SW_DIR}/programs.txt CONTENT "${text}\n" @ONLY)
  add_custom_target(sky_sw ALL DEPENDS ${elfs})
endfunction()
