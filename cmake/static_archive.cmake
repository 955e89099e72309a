# static_archive: libarchive inside the program. The shared one brings libxml2 and ICU for formats that pli does not write, and
# loading them takes longer than sealing a small file. What the static one needs is among what the shared one needs: those
# libraries are taken by their names there, so that nobody has to install their headers. Only the sections that are used are
# kept, which leaves out the format that needs libxml2.
#
# Sets PLI_STATIC_ARCHIVE_LIBRARIES where it works here, and says so.
find_library(ARCHIVE_STATIC NAMES libarchive.a)
set(PLI_STATIC_ARCHIVE_OPTIONS -Wl,--as-needed -Wl,--gc-sections)
if(ARCHIVE_STATIC AND CMAKE_OBJDUMP)
  list(GET LibArchive_LIBRARIES 0 shared)
  execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${shared} OUTPUT_VARIABLE said ERROR_QUIET)
  string(REGEX MATCHALL "NEEDED +[^ \n]+" needed "${said}")
  list(FILTER needed EXCLUDE REGEX "libxml2|libc\\.")
  list(TRANSFORM needed REPLACE "NEEDED +" "-l:")
  set(CMAKE_REQUIRED_INCLUDES ${LibArchive_INCLUDE_DIRS})
  set(CMAKE_REQUIRED_LINK_OPTIONS ${PLI_STATIC_ARCHIVE_OPTIONS})
  set(CMAKE_REQUIRED_LIBRARIES ${ARCHIVE_STATIC} ${needed})
  check_c_source_compiles("
    #include <archive.h>
    int main(void)
    {
      struct archive *in = archive_read_new(), *out = archive_write_new();
      return archive_read_support_format_tar(in) + archive_read_support_format_zip_seekable(in) +
             archive_read_support_format_raw(in) + archive_read_support_format_empty(in) + archive_read_open1(in) +
             archive_write_set_format_pax_restricted(out) + archive_write_open(out, 0, 0, 0, 0);
    }" PLI_STATIC_ARCHIVE_LINKS)
  unset(CMAKE_REQUIRED_INCLUDES)
  unset(CMAKE_REQUIRED_LINK_OPTIONS)
  unset(CMAKE_REQUIRED_LIBRARIES)
endif()
if(PLI_STATIC_ARCHIVE_LINKS)
  set(PLI_STATIC_ARCHIVE_LIBRARIES ${ARCHIVE_STATIC} ${needed})
  message(STATUS "The program holds libarchive (PLI_STATIC_ARCHIVE): build it again when libarchive is updated")
else()
  message(STATUS "No static libarchive to link with: the program starts more slowly")
endif()
