// Console and end of the run: a byte stored at +0 is printed, a word stored at +4 ends the run with that exit code, +8
// reads 1: the console is ready. Nothing is stored; what is printed and the end are seen in the cycle of the store.
//
// At +4 and +8 only words are accessed, at +12 nothing: anything else is an access fault (err_o). A store at +0 without
// its first byte prints nothing, loads of +0 and +4 read 0.
module sky_soc_console (
  input  logic        valid_i,
  input  logic        we_i,
  input  logic [3:0]  be_i,
  input  logic [1:0]  word_i,
  input  logic [31:0] wdata_i,
  output logic [31:0] rdata_o,
  output logic        err_o,

  output logic        print_o,
  output logic [7:0]  byte_o,
  output logic        exit_o,
  output logic [7:0]  exit_code_o
);

  logic whole, stores;
  assign whole       = be_i == 4'b1111;
  assign stores      = valid_i && we_i;
  assign err_o       = word_i == 2'd3 || (word_i != 2'd0 && !whole);
  assign rdata_o     = (word_i == 2'd2) ? 32'd1 : 32'd0;
  assign print_o     = stores && word_i == 2'd0 && be_i[0];
  assign byte_o      = wdata_i[7:0];
  assign exit_o      = stores && word_i == 2'd1 && whole;
  assign exit_code_o = wdata_i[7:0];

endmodule
