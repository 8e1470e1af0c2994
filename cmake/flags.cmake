# SPDX-License-Identifier: Apache-2.0
# One set of flags for everything of ours, so that precompiled headers can be shared.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# -fPIC by hand for every target: CMake would give -fPIE to executables and -fPIC to libraries, and a
# precompiled header built with one is useless to the other.
add_compile_options(-fPIC)
add_compile_definitions(ASIO_STANDALONE ASIO_NO_DEPRECATED _FILE_OFFSET_BITS=64)
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()

add_library(cellsock_flags INTERFACE)
target_compile_options(cellsock_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees overlaps and overruns in std::string's own inlined code at -O2 (GCC bugs 105329, 105651).
  target_compile_options(cellsock_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict;-Wno-array-bounds;-Wno-stringop-overflow>)
endif()
target_include_directories(cellsock_flags INTERFACE ${PROJECT_SOURCE_DIR})

if(CELLSOCK_SANITIZE)
  add_compile_options(-fsanitize=${CELLSOCK_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CELLSOCK_SANITIZE})
  if(CELLSOCK_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
  if(CELLSOCK_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan) # CAF's fences; -Werror would refuse its headers
  endif()
endif()
if(CELLSOCK_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
