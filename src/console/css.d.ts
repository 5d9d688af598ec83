/** Style sheets are the builder's: importing one gives nothing. */
declare module '*.css';
