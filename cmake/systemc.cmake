# sc::systemc: Debian's libsystemc is built for C++17 and checks that at link time; every program that links it is
# the guard that this line still fits.
pkg_check_modules(SYSTEMC REQUIRED IMPORTED_TARGET systemc)
add_library(sc_systemc INTERFACE)
add_library(sc::systemc ALIAS sc_systemc)
target_link_libraries(sc_systemc INTERFACE PkgConfig::SYSTEMC)
target_compile_definitions(sc_systemc INTERFACE SC_CPLUSPLUS=201703L)
