# The templates of packaging/ become strings of the program.
function(mainstay_template variable path)
  file(READ ${PROJECT_SOURCE_DIR}/packaging/${path} text)
  set(${variable} "${text}" PARENT_SCOPE)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/packaging/${path})
endfunction()

mainstay_template(MAINSTAY_SYSTEMD_SYSTEM systemd/mainstay.service.in)
mainstay_template(MAINSTAY_SYSTEMD_USER systemd/mainstay-user.service.in)
mainstay_template(MAINSTAY_LAUNCHD_DAEMON launchd/daemon.plist.in)
mainstay_template(MAINSTAY_LAUNCHD_AGENT launchd/agent.plist.in)
mainstay_template(MAINSTAY_WINDOWS_TASK windows/task.xml.in)
mainstay_template(MAINSTAY_OPENRC openrc/mainstay.in)
configure_file(boot/templates.cc.in boot/templates.cc @ONLY)
