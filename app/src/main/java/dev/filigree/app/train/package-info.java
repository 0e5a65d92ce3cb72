/** Training from scratch: the run, its folder and its page. */
package dev.filigree.app.train;
