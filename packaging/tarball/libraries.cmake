# Puts the libraries of `programs` that not every system has into lib/mainstay, where the programs look first. The C library is the
# system's; so are libcurl and OpenSSL, which have to be mended without us and which only the gateway needs.
set(carried "^lib(cctz|cpp-httplib|crypt|brotli[a-z]*|stdc[+][+]|gcc_s)[.]so")
file(GET_RUNTIME_DEPENDENCIES EXECUTABLES ${programs} RESOLVED_DEPENDENCIES_VAR found PRE_INCLUDE_REGEXES "${carried}"
     PRE_EXCLUDE_REGEXES ".*")
foreach(library IN LISTS found)
  file(INSTALL "${library}" DESTINATION "${CMAKE_INSTALL_PREFIX}/lib/mainstay" FOLLOW_SYMLINK_CHAIN)
endforeach()
