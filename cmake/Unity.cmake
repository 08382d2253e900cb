# MAINSTAY_UNITY: the files of a target are compiled several at a time, so that what they all include is read once. Names in their anonymous
# namespaces then meet: a file whose own must be as they are stays alone.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 8 CACHE STRING "How many with MAINSTAY_UNITY; 0: all, which finds every such name")

# mainstay_alone(sources…): these are always compiled by themselves; to be called in the folder of their target.
function(mainstay_alone)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
if(MAINSTAY_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # It takes a file that is included for a header.
  target_compile_options(mainstay_options INTERFACE -Wno-subobject-linkage)
endif()
