// The flip-flop twin: registers in flip-flops. Every access in the request's cycle, the write first. Cost: 31 x Width
// flip-flops and two selectors. They have no reset, as the
// tracks have none.
// Kept to the subset that synthesis tools read.
module sky_rf_ff #(
  parameter int unsigned Width = 32
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic [2:0]       want_i,   // write, rs1, rs2
  input  logic [14:0]      reg_i,    // of each
  input  logic [Width-1:0] wdata_i,
  output logic [Width-1:0] rdata1_o, // 0 unless wanted
  output logic [Width-1:0] rdata2_o,
  output logic [63:0]      events_o  // as of sky_rf_array
);

  logic [Width-1:0] registers_q [32] /* verilator public_flat_rd */;
  initial begin
    for (int unsigned r = 0; r < 32; r++) registers_q[r] = '0;
  end

  localparam logic [7:0] WidthBits = Width[7:0];
  logic [7:0] reads;
  always_comb begin
    rdata1_o = '0;
    rdata2_o = '0;
    reads    = '0;
    events_o = '0;
    if (want_i != '0) begin
      if (want_i[1]) rdata1_o = (want_i[0] && reg_i[9:5] == reg_i[4:0]) ? wdata_i : registers_q[reg_i[9:5]];
      if (want_i[2]) rdata2_o = (want_i[0] && reg_i[14:10] == reg_i[4:0]) ? wdata_i : registers_q[reg_i[14:10]];
      reads            = {7'd0, want_i[1]} + {7'd0, want_i[2]};
      events_o[23:16]  = reads * WidthBits;
      events_o[31:24]  = want_i[0] ? WidthBits : 8'd0;
      events_o[39:32]  = reads + {7'd0, want_i[0]};
    end
  end
  always_ff @(posedge clk_i) begin
    if (rst_ni && want_i[0]) registers_q[reg_i[4:0]] <= wdata_i;
  end

endmodule
