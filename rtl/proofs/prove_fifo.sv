// Proof of sky_fifo: it never holds more than Depth, and an entry, whichever it is, comes out unchanged after exactly
// those that were in front of it. Depth 1 to 8.
module prove_fifo #(
  parameter int unsigned Width = 8,
  parameter int unsigned Depth = 5,
  localparam int unsigned UsageWidth = $clog2(Depth + 1),
  localparam int unsigned IndexWidth = (Depth > 1) ? $clog2(Depth) : 1
) (
  input logic             clk_i,
  input logic             wr_valid_i,
  input logic [Width-1:0] wr_data_i,
  input logic             rd_ready_i,
  input logic             watch_i      // the entry written now is the one to be followed
);

  logic first_q = 1'b1;
  always_ff @(posedge clk_i) first_q <= 1'b0;

  logic wr_ready, rd_valid;
  logic [Width-1:0] rd_data;
  logic [UsageWidth-1:0] usage;
  sky_fifo #(.Width(Width), .Depth(Depth)) u_fifo (
    .clk_i(clk_i), .rst_ni(!first_q), .wr_valid_i(wr_valid_i), .wr_ready_o(wr_ready), .wr_data_i(wr_data_i),
    .rd_valid_o(rd_valid), .rd_ready_i(rd_ready_i), .rd_data_o(rd_data), .usage_o(usage)
  );

  logic wr_taken, rd_taken;
  assign wr_taken = wr_valid_i & wr_ready & !first_q;
  assign rd_taken = rd_valid & rd_ready_i & !first_q;

  // What it should hold, and the followed entry: is it inside, how many are in front of it, and its data.
  logic [7:0] held_q = 8'd0;
  logic watching_q = 1'b0;
  logic [7:0] ahead_q = 8'd0;
  logic [Width-1:0] word_q;
  logic leaves;
  assign leaves = watching_q && rd_taken && ahead_q == 8'd0;
  always_ff @(posedge clk_i) begin
    held_q <= held_q + {7'd0, wr_taken} - {7'd0, rd_taken};
    if (watching_q) begin
      if (rd_taken) ahead_q <= ahead_q - 8'd1;
      if (leaves) watching_q <= 1'b0;
    end else if (wr_taken && watch_i) begin
      watching_q <= 1'b1;
      ahead_q    <= held_q - {7'd0, rd_taken};
      word_q     <= wr_data_i;
    end
  end

  // Inside the fifo, for the induction: the slot of the followed entry holds its data.
  (* hierconn *) wire [IndexWidth-1:0] \u_fifo.rd_index_q ;
  (* hierconn *) wire [IndexWidth-1:0] \u_fifo.wr_index_q ;
  (* hierconn *) wire [Width-1:0] \u_fifo.entries_q[0] ;
  (* hierconn *) wire [Width-1:0] \u_fifo.entries_q[1] ;
  (* hierconn *) wire [Width-1:0] \u_fifo.entries_q[2] ;
  (* hierconn *) wire [Width-1:0] \u_fifo.entries_q[3] ;
  (* hierconn *) wire [Width-1:0] \u_fifo.entries_q[4] ;
  (* hierconn *) wire [Width-1:0] \u_fifo.entries_q[5] ;
  (* hierconn *) wire [Width-1:0] \u_fifo.entries_q[6] ;
  (* hierconn *) wire [Width-1:0] \u_fifo.entries_q[7] ;
  logic [8*Width-1:0] entries;
  assign entries = {\u_fifo.entries_q[7] , \u_fifo.entries_q[6] , \u_fifo.entries_q[5] , \u_fifo.entries_q[4] ,
                    \u_fifo.entries_q[3] , \u_fifo.entries_q[2] , \u_fifo.entries_q[1] , \u_fifo.entries_q[0] };
  logic [7:0] rd_index, wr_index, free_slot, slot;
  assign rd_index  = \u_fifo.rd_index_q ;
  assign wr_index  = \u_fifo.wr_index_q ;
  assign free_slot = (rd_index + held_q >= Depth) ? rd_index + held_q - Depth : rd_index + held_q;
  assign slot      = (rd_index + ahead_q >= Depth) ? rd_index + ahead_q - Depth : rd_index + ahead_q;

  always_comb begin
    NeverMoreThanDepth    : assert (held_q <= Depth);
    UsageIsWhatItHolds    : assert (usage == held_q);
    AcceptsUntilFull      : assert (wr_ready == (held_q != Depth));
    OffersUntilEmpty      : assert (rd_valid == (held_q != 8'd0));
    NothingIsLost         : assert (!watching_q || ahead_q < held_q);
    ComesOutUnchanged     : assert (!leaves || rd_data == word_q);
    if (!first_q) begin
      IndicesStayInside   : assert (rd_index < Depth && wr_index < Depth);
      WritesToTheFreeSlot : assert (wr_index == free_slot);
      StaysInItsSlot      : assert (!watching_q || entries[slot*Width+:Width] == word_q);
    end else begin
      StartsEmpty         : assert (held_q == 8'd0 && !watching_q);
    end
  end

endmodule
