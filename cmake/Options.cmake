# What every target of ours is compiled with.
add_library(mainstay_options INTERFACE)
target_include_directories(mainstay_options INTERFACE ${PROJECT_SOURCE_DIR}/include
                                                      ${PROJECT_SOURCE_DIR}/supervisor)
target_compile_options(mainstay_options INTERFACE -Wall -Wextra -Wconversion -Wshadow -Wswitch-enum
                                                  -Wnon-virtual-dtor -Wimplicit-fallthrough)
if(MAINSTAY_WERROR)
  target_compile_options(mainstay_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports false positives inside its own std::string at -O2 and with sanitizers (GCC bug 105329).
  target_compile_options(mainstay_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()
if(MAINSTAY_FUZZ)
  # Coverage in our own code is what guides the fuzzer.
  target_compile_options(mainstay_options INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(mainstay_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
# What no program uses of its libraries is neither shipped nor loaded.
target_compile_options(mainstay_options INTERFACE -ffunction-sections -fdata-sections)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  target_link_options(mainstay_options INTERFACE -Wl,--gc-sections)
endif()

# mainstay_library(NAME sources… LINK libraries…): a static library of this project.
function(mainstay_library name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  set_target_properties(${name} PROPERTIES UNITY_BUILD ${MAINSTAY_UNITY})
  target_link_libraries(${name} PUBLIC mainstay_options ${ARG_LINK})
  mainstay_precompile(${name} mainstay_headers)
endfunction()

# mainstay_program(NAME TO_ROOT): where an installed program looks for libraries that came with it (packaging/tarball); TO_ROOT is the way
# from its folder to the root of the installation. As RPATH, because it holds for what those libraries need, too.
function(mainstay_program name to_root)
  set_target_properties(${name} PROPERTIES INSTALL_RPATH "$ORIGIN/${to_root}/lib/mainstay")
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    target_link_options(${name} PRIVATE -Wl,--disable-new-dtags)
  endif()
endfunction()
