/** What a person typed for others to read has no characters that can't be seen. */

/** Said of it otherwise. */
export const unseen = 'has characters that can’t be seen';

/** Without control characters and those that turn the direction of writing; on one line. */
export const onOneLine = /^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*$/;
/** The same on any number of lines. */
export const onLines = /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$/;

/** Without halves of characters, which no database keeps. */
export const wellFormed = (typed: string): boolean => !/\p{Cs}/u.test(typed);
