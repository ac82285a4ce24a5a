# sky_verilate(TARGET): one static library with a C++ class V<name> for every line of rtl/configs.txt.
# sky_skrm_configs(HEADER): C++ that names those of sky_skrm with their parameters, in the order of their lines.
find_package(verilator 5.006 REQUIRED HINTS $ENV{VERILATOR_ROOT})
include(CheckCXXCompilerFlag)

# A row is a few hundred bytes, cleared and copied several times a cycle: GCC's choice for x86, rep stos, takes longer
# to start than that takes with vector stores.
set(sky_rtl_flags -O2)
foreach(operation memset memcpy)
  check_cxx_compiler_flag(-m${operation}-strategy=vector_loop:4096:noalign,libcall:-1:noalign
    SKY_HAS_${operation}_STRATEGY)
  if(SKY_HAS_${operation}_STRATEGY)
    list(APPEND sky_rtl_flags -m${operation}-strategy=vector_loop:4096:noalign,libcall:-1:noalign)
  endif()
endforeach()

function(sky_verilate target)
  set(rtl ${PROJECT_SOURCE_DIR}/rtl)
  file(STRINGS ${rtl}/files.txt files REGEX "^[^#]")
  list(TRANSFORM files PREPEND ${rtl}/)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${rtl}/configs.txt ${rtl}/files.txt)
  file(STRINGS ${rtl}/configs.txt configs REGEX "^[^#]")

  add_library(${target} STATIC)
  foreach(config IN LISTS configs)
    separate_arguments(config UNIX_COMMAND "${config}")
    list(POP_FRONT config name top)
    set(trace "")
    if("trace" IN_LIST config)
      set(trace TRACE_FST)
      list(REMOVE_ITEM config trace)
    endif()
    list(TRANSFORM config PREPEND -G)
    set(coverage "")
    if(SKY_COVERAGE)
      set(coverage COVERAGE)
    endif()
    # Loops stay loops: unrolled, a queue of 32 becomes ten times the code.
    verilate(${target} ${trace} ${coverage}
      PREFIX V${name} TOP_MODULE ${top} SOURCES ${files}
      OPT_FAST ${sky_rtl_flags}
      VERILATOR_ARGS -Wall --assert --unroll-count 2 -I${rtl}/common ${config})
  endforeach()

  # The wrapper sets these privately; users of the headers need them too.
  target_compile_definitions(${target} INTERFACE VM_TRACE=1 VM_TRACE_FST=1 VM_TRACE_VCD=0 VM_SC=0
    VM_COVERAGE=$<BOOL:${SKY_COVERAGE}>)
  target_link_libraries(${target} PUBLIC ZLIB::ZLIB)
  get_target_property(includes ${target} INTERFACE_INCLUDE_DIRECTORIES)
  set_target_properties(${target} PROPERTIES INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${includes}")
  # Generated code is compiled as it comes.
  target_compile_options(${target} PRIVATE -w)
endfunction()

function(sky_skrm_configs header)
  file(STRINGS ${PROJECT_SOURCE_DIR}/rtl/configs.txt configs REGEX "^[^#]")
  set(includes "")
  set(settles "")
  set(structs "")
  set(names "")
  foreach(config IN LISTS configs)
    separate_arguments(config UNIX_COMMAND "${config}")
    list(POP_FRONT config name top)
    if(NOT top STREQUAL "sky_skrm")
      continue()
    endif()
    set(members "")
    foreach(parameter IN LISTS config)
      string(REGEX REPLACE "=.*" "" key ${parameter})
      string(REGEX REPLACE ".*=" "" value ${parameter})
      if(parameter STREQUAL "trace")
        string(APPEND members "    static constexpr bool kTraced = true;\n")
      else()
        string(APPEND members "    static constexpr uint32_t k${key} = ${value};\n")
      endif()
    endforeach()
    string(APPEND includes "#include <V${name}.h>\n#include <V${name}___024root.h>\n")
    string(APPEND settles "void V${name}___024root___eval_settle(V${name}___024root* root);\n")
    string(APPEND members
      "    static void settle(V${name}& top) { V${name}___024root___eval_settle(top.rootp); }\n")
    string(APPEND structs "struct ${name} : Defaults<V${name}> {\n${members}};\n")
    list(APPEND names ${name})
  endforeach()
  list(JOIN names ", " names)
  string(CONCAT text
    "// Made of rtl/configs.txt when the build is configured.\n#pragma once\n\n${includes}\n"
    "// Verilator's own, in no header of it: works out again what follows from the registers.\n${settles}\n"
    "#include \"sysc/bridge/skrm_config.hpp\"\n\nnamespace sky::bridge::configs {\n\n${structs}\n"
    "using All = List<${names}>;\n\n}  // namespace sky::bridge::configs\n")
  file(CONFIGURE OUTPUT ${header} CONTENT "${text}" @ONLY)
endfunction()
