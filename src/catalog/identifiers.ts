/**
 * Names of tables and columns: any that MySQL and MariaDB allow in backticks. 1 to 64 characters of
 * the Basic Multilingual Plane, without NUL, and no space at the end.
 */
export const identifierPattern =
  /^[\u0001-\ud7ff\ue000-\uffff]{0,63}[\u0001-\u0008\u000e-\u001f\u0021-\ud7ff\ue000-\uffff]$/;

/**
 * Names of objects are steps of the API's addresses and stand on screens: of identifiers, those
 * without characters that control something, and neither `.` nor `..`.
 */
export const objectNamePattern =
  /^(?!\.{1,2}$)[\u0020-\u007e\u00a0-\ud7ff\ue000-\uffff]{0,63}[\u0021-\u007e\u00a1-\ud7ff\ue000-\uffff]$/;
