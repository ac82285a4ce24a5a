// RAM with two ports, one for instructions and one for data, both synchronous: an address in cycle t, its word in t + 1.
// A write has the bytes of be_i. A word that one port reads while the other writes it is the old one. Nothing in here has
// a reset: a reset leaves what was stored.
//
// Bytes is a power of two; addresses wrap in it, who asks is to know what lies here. Cost: Bytes of block RAM.
module sky_soc_ram #(
  parameter int unsigned Bytes = 8 * 1024 * 1024,
  localparam int unsigned AddrWidth = $clog2(Bytes / 4)
) (
  input  logic                 clk_i,

  input  logic                 instr_valid_i,
  input  logic [AddrWidth-1:0] instr_word_i,
  output logic [31:0]          instr_rdata_o,

  input  logic                 data_valid_i,
  input  logic                 data_we_i,
  input  logic [3:0]           data_be_i,
  input  logic [AddrWidth-1:0] data_word_i,
  input  logic [31:0]          data_wdata_i,
  output logic [31:0]          data_rdata_o
);

  logic [31:0] words_q [Bytes/4];

  always_ff @(posedge clk_i) begin
    if (instr_valid_i) instr_rdata_o <= words_q[instr_word_i];
  end

  always_ff @(posedge clk_i) begin
    if (data_valid_i) begin
      if (!data_we_i) data_rdata_o <= words_q[data_word_i];
      if (data_we_i && data_be_i[0]) words_q[data_word_i][7:0] <= data_wdata_i[7:0];
      if (data_we_i && data_be_i[1]) words_q[data_word_i][15:8] <= data_wdata_i[15:8];
      if (data_we_i && data_be_i[2]) words_q[data_word_i][23:16] <= data_wdata_i[23:16];
      if (data_we_i && data_be_i[3]) words_q[data_word_i][31:24] <= data_wdata_i[31:24];
    end
  end

endmodule
