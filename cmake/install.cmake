# install: the program, both libraries, headers, pkg-config file, CMake package.
include(CMakePackageConfigHelpers)

install(TARGETS pli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS pli_shared EXPORT pliTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS pli_static EXPORT pliTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/pli DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT pliTargets NAMESPACE pli:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/pli)

configure_package_config_file(cmake/pliConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/pliConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/pli)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/pliConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/pliConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/pliConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/pli)
if(PLI_GCRYPT_LIBRARY)
  set(PLI_GCRYPT_PC -lgcrypt)
endif()
configure_file(cmake/pli.pc.in ${CMAKE_CURRENT_BINARY_DIR}/pli.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/pli.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
