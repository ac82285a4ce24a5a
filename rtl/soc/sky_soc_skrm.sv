// Bytes on SK-RM for a 32-bit data port: loads and stores of the core become READ and WRITE requests of one word to the
// SK-RM controller (sky_skrm), word-based, at a clock of 1 GHz with the operations of device preset `skyrmion`.
//
// The array's words of 8 bytes lie in address order along the segments of a track, then in the next track. A load is
// one READ. A store is a READ, the merge of its bytes and a compare-write (DCW), for a track can only be written a word
// at a time. One access is under way at a time and nothing is kept between two: no cache, no write buffer.
//
// A request is held until ready_o. Latency, with r and w the controller's cycles for a READ and a WRITE that is alone:
// a load answers in its cycle r, a store in its cycle r + w, the first cycle being 1. Past the end of the array it
// answers with err_o in its first cycle. Tracks and head offsets are non-volatile; after a reset the controller brings
// a cut pass home before it answers.
// Cost: the controller, and 64 flip-flops for the word that is merged.
`include "sky_assert.svh"

module sky_soc_skrm #(
  parameter int unsigned S    = 8,   // words of a track, a power of two
  parameter int unsigned Rows = 256  // tracks
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        valid_i,
  input  logic        we_i,
  input  logic [3:0]  be_i,     // bytes that are written
  input  logic [31:0] addr_i,   // from the beginning of the array; of the word of 4 bytes
  input  logic [31:0] wdata_i,
  output logic        ready_o,
  output logic [31:0] rdata_o,  // 0 unless a load is ready
  output logic        err_o,    // with ready_o: no such address

  output logic        track_error_o,
  output logic [63:0] stats_o [sky_skrm_pkg::StatCount]
);

  localparam int unsigned D        = 64;
  localparam int unsigned SegWidth = (S > 1) ? $clog2(S) : 1;
  localparam int unsigned Bytes    = Rows * S * D / 8;

  typedef enum logic {
    Reading,  // idle, or the READ is offered or under way
    Writing   // the WRITE is offered or under way
  } state_e;

  state_e state_d, state_q;
  logic cmd_sent_d, cmd_sent_q;    // the command of this state has been taken
  logic data_sent_d, data_sent_q;  // its data, too
  logic [63:0] word_d, word_q;     // what a store will write

  logic exists;
  assign exists = addr_i < Bytes;

  logic cmd_valid, cmd_ready, data_valid, data_ready, rsp_valid;
  logic [3:0] rsp_status;
  logic [63:0] rsp_word;
  assign cmd_valid  = valid_i && exists && !cmd_sent_q;
  assign data_valid = valid_i && state_q == Writing && !data_sent_q;

  // Where the access lies.
  logic [31:0] word_index;
  logic [63:0] seg_mask;
  assign word_index = addr_i >> 3;
  assign seg_mask   = 64'd1 << ((S > 1) ? word_index[SegWidth-1:0] : '0);

  // The bytes of a store laid over the word that was read.
  logic [63:0] mask, merged;
  always_comb begin
    mask = '0;
    for (int unsigned b = 0; b < 4; b++) begin
      if (be_i[b]) mask[8*b+:8] = 8'hFF;
    end
    if (addr_i[2]) mask = {mask[31:0], 32'd0};
    merged = (rsp_word & ~mask) | ({wdata_i, wdata_i} & mask);
  end

  assign ready_o = valid_i && (!exists || (rsp_valid && (!we_i || state_q == Writing)));
  assign err_o   = valid_i && !exists;
  assign rdata_o = (ready_o && exists && !we_i) ? (addr_i[2] ? rsp_word[63:32] : rsp_word[31:0]) : '0;

  always_comb begin
    state_d     = state_q;
    cmd_sent_d  = cmd_sent_q || (cmd_valid && cmd_ready);
    data_sent_d = data_sent_q || (data_valid && data_ready);
    word_d      = word_q;
    unique case (state_q)
      Reading: begin
        if (rsp_valid) begin
          cmd_sent_d = 1'b0;
          if (we_i) begin
            word_d  = merged;
            state_d = Writing;
          end
        end
      end
      Writing: begin
        if (rsp_valid) begin
          cmd_sent_d  = 1'b0;
          data_sent_d = 1'b0;
          state_d     = Reading;
        end
      end
      default: ;
    endcase
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q     <= Reading;
      cmd_sent_q  <= 1'b0;
      data_sent_q <= 1'b0;
      word_q      <= '0;
    end else begin
      state_q     <= state_d;
      cmd_sent_q  <= cmd_sent_d;
      data_sent_q <= data_sent_d;
      word_q      <= word_d;
    end
  end

  sky_skrm #(
    .D         (D),
    .S         (S),
    .Overhead  (D),
    .Rows      (Rows),
    .QueueDepth(1)
  ) u_skrm (
    .clk_i,
    .rst_ni,
    .shift_cycles_i      (8'd1),
    .relax_cycles_i      (8'd0),
    .detect_cycles_i     (8'd1),
    .remove_cycles_i     (8'd1),
    .inject_cycles_i     (8'd1),
    .shift_fj_i          (16'd20),
    .detect_fj_i         (16'd2),
    .remove_fj_i         (16'd20),
    .inject_fj_i         (16'd200),
    .shift_charge_i      (sky_skrm_pkg::ChargePerTrack),
    .remove_per_skyrmion_i(1'b0),
    .scheduler_i         (sky_skrm_pkg::SchedFcfs),
    .stay_i              (1'b0),
    .age_cap_i           (8'd64),
    .max_ports_driven_i  (7'd32),
    .overlap_i           (1'b0),
    .auto_permutes_i     (1'b0),
    .queue_depth_i       (1'b1),
    .last_row_i          (Rows - 1),
    .cmd_valid_i         (cmd_valid),
    .cmd_ready_o         (cmd_ready),
    .cmd_op_i            ((state_q == Writing) ? sky_skrm_pkg::OpWrite : sky_skrm_pkg::OpRead),
    .cmd_write_alg_i     ((state_q == Writing) ? sky_skrm_pkg::AlgDcw : 3'd0),
    .cmd_site_i          (8'd0),
    .cmd_tag_i           (16'd0),
    .cmd_row_i           (word_index >> $clog2(S)),
    .cmd_seg_mask_i      (seg_mask),
    .wdata_valid_i       (data_valid),
    .wdata_ready_o       (data_ready),
    .wdata_i             (word_q),
    .rsp_valid_o         (rsp_valid),
    .rsp_ready_i         (1'b1),
    .rsp_tag_o           (),
    .rsp_status_o        (rsp_status),
    .rsp_last_o          (),
    .rsp_word_o          (rsp_word),
    .slip_i              ('0),
    .track_error_o,
    .stats_o
  );

  `SKY_ASSERT(RequestIsHeldUntilReady, (valid_i && !ready_o) |=> valid_i)
  `SKY_ASSERT(RequestIsStableUntilReady, (valid_i && !ready_o) |=> $stable({we_i, be_i, addr_i, wdata_i}))
  `SKY_ASSERT(AnswersWhatWasAsked, rsp_valid |-> valid_i && exists)
  `SKY_ASSERT(NothingIsRefused, rsp_valid |-> rsp_status == sky_skrm_pkg::StatusOk)

endmodule
