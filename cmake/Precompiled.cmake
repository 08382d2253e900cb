# MAINSTAY_PCH: the headers of others that most files use are read once and not by each file. The preset `debug` is
# without it, and shows that every file includes what it uses.

# mainstay_precompile(TARGET PROVIDER): TARGET uses the headers that PROVIDER has precompiled; its flags are to be those of PROVIDER.
function(mainstay_precompile target provider)
  if(MAINSTAY_PCH)
    target_precompile_headers(${target} REUSE_FROM ${provider})
    # Of a program as of a library: clang takes no header that was precompiled with -fPIC where it is to compile with -fPIE.
    target_compile_options(${target} PRIVATE -fPIC)
  endif()
endfunction()

if(NOT MAINSTAY_PCH)
  return()
endif()
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # g++ 12 maps the 120 MB that it makes of them into every compilation: measured, that costs what it saves.
  message(FATAL_ERROR "MAINSTAY_PCH is for clang: g++ is no faster with it")
endif()

# mainstay_provider(NAME headers… LINK libraries…): a target that does nothing but precompile headers.
function(mainstay_provider name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  set(source ${CMAKE_BINARY_DIR}/precompiled/${name}.cc)
  file(CONFIGURE OUTPUT ${source} CONTENT "// Has what a target needs to precompile headers: a file.\n")
  add_library(${name} OBJECT ${source})
  target_link_libraries(${name} PRIVATE mainstay_options mainstay_fmt nlohmann_json::nlohmann_json ${ARG_LINK})
  # Without the time in it, what ccache kept for the same header is found again.
  target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  target_precompile_headers(${name} PRIVATE ${ARG_UNPARSED_ARGUMENTS})
endfunction()

set(common_headers
  <algorithm> <array> <cerrno> <charconv> <chrono> <compare> <cstddef> <cstdint> <cstdlib> <cstring> <deque> <filesystem> <fstream> <functional>
  <limits> <map> <memory> <optional> <set> <span> <sstream> <string> <string_view> <unordered_map> <utility> <variant> <vector>
  <fcntl.h> <sys/stat.h> <unistd.h> <fmt/format.h> <nlohmann/json.hpp>)
mainstay_provider(mainstay_headers ${common_headers})
if(MAINSTAY_TESTS)
  find_package(doctest REQUIRED)
  mainstay_provider(mainstay_test_headers ${common_headers} <doctest/doctest.h> LINK doctest::doctest)
  target_compile_definitions(mainstay_test_headers PRIVATE DOCTEST_CONFIG_SUPER_FAST_ASSERTS)
endif()
