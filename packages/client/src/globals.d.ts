/** True in the development build. Replaced by the bundler. */
declare const __DEV__: boolean;
