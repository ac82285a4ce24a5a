// Stream FIFO: what goes in comes out in order, one entry a cycle each way.
//
// Not a fall-through FIFO: an entry written in cycle t can be read in cycle t + 1. wr_ready_o and rd_valid_o
// depend on state alone. Width and Depth cost Width * Depth flip-flops.
module sky_fifo #(
  parameter int unsigned Width = 8,
  parameter int unsigned Depth = 4,  // at least 1
  localparam int unsigned UsageWidth = $clog2(Depth + 1)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  input  logic                  wr_valid_i,
  output logic                  wr_ready_o,
  input  logic [Width-1:0]      wr_data_i,

  output logic                  rd_valid_o,
  input  logic                  rd_ready_i,
  output logic [Width-1:0]      rd_data_o,

  output logic [UsageWidth-1:0] usage_o
);

  localparam int unsigned IndexWidth = (Depth > 1) ? $clog2(Depth) : 1;
  localparam int unsigned LastEntry = Depth - 1;
  localparam logic [IndexWidth-1:0] LastIndex = LastEntry[IndexWidth-1:0];
  localparam logic [UsageWidth-1:0] Full = Depth[UsageWidth-1:0];

  logic [Width-1:0] entries_q [Depth];
  logic [IndexWidth-1:0] rd_index_q, wr_index_q;
  logic [UsageWidth-1:0] usage_q;
  logic wr_taken, rd_taken;

  assign wr_ready_o = usage_q != Full;
  assign rd_valid_o = usage_q != '0;
  assign rd_data_o  = entries_q[rd_index_q];
  assign usage_o    = usage_q;

  assign wr_taken = wr_valid_i & wr_ready_o;
  assign rd_taken = rd_valid_o & rd_ready_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      rd_index_q <= '0;
      wr_index_q <= '0;
      usage_q    <= '0;
    end else begin
      if (wr_taken) wr_index_q <= (wr_index_q == LastIndex) ? '0 : wr_index_q + 1'b1;
      if (rd_taken) rd_index_q <= (rd_index_q == LastIndex) ? '0 : rd_index_q + 1'b1;
      if (wr_taken && !rd_taken) usage_q <= usage_q + 1'b1;
      if (rd_taken && !wr_taken) usage_q <= usage_q - 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (wr_taken) entries_q[wr_index_q] <= wr_data_i;
  end

endmodule
