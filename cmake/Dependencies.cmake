# Finds every third-party library; each is linked by one target and included through one door.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(LIBUV REQUIRED IMPORTED_TARGET libuv)
# 3.37 has extended result codes from the start.
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3>=3.37)
# 7.87 keeps the list of certificates in memory.
pkg_check_modules(LIBCURL REQUIRED IMPORTED_TARGET libcurl>=7.87)
# With the definitions it was compiled with: class layouts depend on them.
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
pkg_check_modules(OPENSSL REQUIRED IMPORTED_TARGET openssl>=3.0)
pkg_check_modules(CRYPT REQUIRED IMPORTED_TARGET libcrypt)

find_library(MAINSTAY_CCTZ_LIBRARY NAMES cctz REQUIRED)
find_path(MAINSTAY_CCTZ_INCLUDE NAMES cctz/time_zone.h REQUIRED)

add_library(mainstay_fmt INTERFACE)
# Header-only: Debian ships no static fmt, and a shared one would cost start time and memory.
target_link_libraries(mainstay_fmt INTERFACE fmt::fmt-header-only)

add_library(mainstay_uv INTERFACE)
# Always the shared one: only the gateway loads it, and TLS is mended without us.
add_library(mainstay_curl INTERFACE)
target_link_libraries(mainstay_curl INTERFACE PkgConfig::LIBCURL)
add_library(mainstay_httplib INTERFACE)
target_link_libraries(mainstay_httplib INTERFACE PkgConfig::HTTPLIB)
add_library(mainstay_openssl INTERFACE)
target_link_libraries(mainstay_openssl INTERFACE PkgConfig::OPENSSL)
add_library(mainstay_crypt INTERFACE)
target_link_libraries(mainstay_crypt INTERFACE PkgConfig::CRYPT)
add_library(mainstay_yaml INTERFACE)
add_library(mainstay_zlib INTERFACE)
add_library(mainstay_sqlite INTERFACE)
add_library(mainstay_cctz INTERFACE)
target_include_directories(mainstay_cctz SYSTEM INTERFACE ${MAINSTAY_CCTZ_INCLUDE})
target_link_libraries(mainstay_cctz INTERFACE ${MAINSTAY_CCTZ_LIBRARY})

if(MAINSTAY_STATIC)
  find_library(MAINSTAY_UV_ARCHIVE NAMES libuv_a.a libuv.a REQUIRED)
  find_library(MAINSTAY_YAML_ARCHIVE NAMES libyaml-cpp.a REQUIRED)
  find_library(MAINSTAY_ZLIB_ARCHIVE NAMES libz.a REQUIRED)
  find_library(MAINSTAY_SQLITE_ARCHIVE NAMES libsqlite3.a REQUIRED)
  target_link_libraries(mainstay_uv INTERFACE ${MAINSTAY_UV_ARCHIVE} Threads::Threads ${CMAKE_DL_LIBS})
  target_link_libraries(mainstay_yaml INTERFACE ${MAINSTAY_YAML_ARCHIVE})
  target_link_libraries(mainstay_zlib INTERFACE ${MAINSTAY_ZLIB_ARCHIVE})
  # Its full-text search, which nobody asks for, wants the mathematical functions.
  target_link_libraries(mainstay_sqlite INTERFACE ${MAINSTAY_SQLITE_ARCHIVE} m Threads::Threads ${CMAKE_DL_LIBS})
else()
  find_package(yaml-cpp REQUIRED)
  target_link_libraries(mainstay_uv INTERFACE PkgConfig::LIBUV)
  target_link_libraries(mainstay_yaml INTERFACE yaml-cpp)
  target_link_libraries(mainstay_zlib INTERFACE ZLIB::ZLIB)
  target_link_libraries(mainstay_sqlite INTERFACE PkgConfig::SQLITE)
endif()
